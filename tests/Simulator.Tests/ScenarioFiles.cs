using KvStore.Simulator.Scenarios;

namespace KvStore.Simulator.Tests;

/// <summary>The scenarios of the repository, and such as tests write.</summary>
internal static class ScenarioFiles
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "scenarios");

    /// <summary>The names of all files, relative to their folder.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.GetFiles(Root, "*.scenario", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    /// <summary>A file's scenario.</summary>
    public static ScenarioFile Read(string name) => Of(File.ReadAllText(Path.Combine(Root, name)), name);

    /// <summary>The scenario of a text that is one.</summary>
    public static ScenarioFile Of(string text, string name = "it")
    {
        var scenario = ScenarioParser.Parse(name, text, out var problems);
        Assert.Empty(problems);
        return scenario!;
    }

    /// <summary>What is wrong with a text.</summary>
    public static IReadOnlyList<ScenarioProblem> Problems(string text)
    {
        Assert.Null(ScenarioParser.Parse("it", text, out var problems));
        return problems;
    }
}
