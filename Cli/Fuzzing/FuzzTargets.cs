using KvStore.Cli.Fuzzing.Targets;

namespace KvStore.Cli.Fuzzing;

/// <summary>Every decoder of bytes that others wrote. Whoever adds one adds it here.</summary>
internal sealed class FuzzTargets : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("kv-fuzz-").FullName;

    public FuzzTargets() => All = [.. CodecTargets.All, .. FrameTargets.All, .. ConnectionTargets.All, .. RequestTargets.All, .. StorageTargets.All, .. ScenarioTargets.All, .. SetupTargets.In(_directory)];

    /// <summary>All targets.</summary>
    public IReadOnlyList<FuzzTarget> All { get; }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
