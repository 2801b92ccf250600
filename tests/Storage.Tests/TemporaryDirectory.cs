namespace KvStore.Storage.Tests;

/// <summary>A directory of one test, gone with it.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("kvstore-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
