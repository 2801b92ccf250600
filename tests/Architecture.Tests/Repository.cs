using System.Xml.Linq;

namespace KvStore.Architecture.Tests;

/// <summary>The repository's files as they lie on the disk, found from where the tests run.</summary>
internal static class Repository
{
    private const string BenchmarksFolder = "benchmarks";
    private const string BenchmarksProject = "Benchmarks";

    private static readonly Lazy<SourceFile[]> AllSources = new(ReadSources);

    /// <summary>The folder that holds KvStore.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The product folders that exist: those at the root with a project of their own name, but for the benchmarks.</summary>
    public static IReadOnlyList<string> Products { get; } =
    [
        .. Directory.GetDirectories(Root).Select(folder => Path.GetFileName(folder)!).Where(folder => folder != BenchmarksFolder).Where(HasProject)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The test projects' folders, relative to the root.</summary>
    public static IReadOnlyList<string> TestProjects { get; } =
        [.. Directory.GetDirectories(Path.Combine(Root, "tests")).Select(folder => $"tests/{Path.GetFileName(folder)}").Where(HasProject).Order(StringComparer.Ordinal)];

    /// <summary>All C# files that people wrote.</summary>
    public static IReadOnlyList<SourceFile> Sources => AllSources.Value;

    /// <summary>Those of the products.</summary>
    public static IEnumerable<SourceFile> ProductSources => Sources.Where(file => Products.Contains(file.Project));

    /// <summary>Those of the tests.</summary>
    public static IEnumerable<SourceFile> TestSources => Sources.Where(file => file.Project.StartsWith("tests/", StringComparison.Ordinal));

    /// <summary>A text file's content.</summary>
    public static string Text(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>A folder's project file.</summary>
    public static XDocument Project(string folder) => XDocument.Parse(Text($"{folder}/{Path.GetFileName(folder)}.csproj"));

    /// <summary>The folders that a project references, relative to the root.</summary>
    public static IEnumerable<string> References(string folder) =>
        from reference in Project(folder).Descendants("ProjectReference")
        let path = Path.GetFullPath(Path.Combine(Root, folder, (string)reference.Attribute("Include")!))
        select Relative(Path.GetDirectoryName(path)!);

    private static bool HasProject(string folder) => File.Exists(Path.Combine(Root, folder, Path.GetFileName(folder) + ".csproj"));

    private static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "KvStore.sln"))) return folder;
        }

        throw new InvalidOperationException("KvStore.sln is in none of the folders above the tests.");
    }

    private static SourceFile[] ReadSources() =>
    [
        .. from project in Products.Concat(TestProjects).Select(folder => (Folder: folder, Name: folder)).Append((Folder: BenchmarksFolder, Name: BenchmarksProject))
           from path in Directory.EnumerateFiles(Path.Combine(Root, project.Folder), "*.cs", SearchOption.AllDirectories)
           let relative = Relative(path)
           where !relative.Split('/').Any(part => part is "bin" or "obj")
           orderby relative
           select new SourceFile(project.Name, relative, File.ReadAllText(path)),
    ];
}
