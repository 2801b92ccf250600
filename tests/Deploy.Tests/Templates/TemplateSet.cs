namespace KvStore.Deploy.Tests;

/// <summary>All templates of deploy/bicep, parsed; or these with one of them changed.</summary>
public sealed class TemplateSet
{
    private static readonly Lazy<IReadOnlyList<ParsedFile>> _files = new(static () => BicepParser.Parse(Read()));

    private readonly Dictionary<string, Template> _templates;

    private TemplateSet(IReadOnlyList<ParsedFile> files)
    {
        Errors = [.. files.SelectMany(static file => file.Errors)];
        _templates = files.ToDictionary(static file => file.Path, static file => new Template(file.Path, file.Tree!));
    }

    /// <summary>What is no Bicep.</summary>
    public IReadOnlyList<string> Errors { get; }

    /// <summary>All files.</summary>
    public IEnumerable<Template> All => _templates.Values;

    /// <summary>The files with parameters.</summary>
    public IEnumerable<Template> ParameterFiles => All.Where(static template => template.IsParameters);

    /// <summary>One file; null when there is none.</summary>
    public Template? Find(string path) => _templates.GetValueOrDefault(path);

    /// <summary>One file.</summary>
    public Template this[string path] => _templates[path];

    /// <summary>What is in the repository.</summary>
    public static TemplateSet Load() => new(_files.Value);

    /// <summary>What would be there if a text, which must be there exactly once, were another.</summary>
    public static TemplateSet With(string path, string old, string text)
    {
        var source = TextOf(path);
        Assert.True(source.Split(old).Length == 2, $"{path} must have '{old}' once, for a test to break it there.");
        var changed = BicepParser.Parse([(path, source.Replace(old, text, StringComparison.Ordinal))]);
        return new([.. _files.Value.Where(file => file.Path != path), .. changed]);
    }

    /// <summary>Whether a file is there, template or not.</summary>
    public static bool Exists(string path) => File.Exists(Path.Combine(Folder, path));

    private static string Folder { get; } = Path.Combine(Repository.Root, "deploy", "bicep");

    private static string TextOf(string path) => File.ReadAllText(Path.Combine(Folder, path));

    private static IEnumerable<(string Path, string Text)> Read() =>
        from file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
        where file.EndsWith(".bicep", StringComparison.Ordinal) || file.EndsWith(".bicepparam", StringComparison.Ordinal)
        let path = Path.GetRelativePath(Folder, file).Replace('\\', '/')
        orderby path
        select (path, TextOf(path));
}
