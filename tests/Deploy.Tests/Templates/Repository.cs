namespace KvStore.Deploy.Tests;

/// <summary>The repository's files, found from where the tests run.</summary>
internal static class Repository
{
    /// <summary>The folder that holds KvStore.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A file's text.</summary>
    public static string Text(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "KvStore.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
