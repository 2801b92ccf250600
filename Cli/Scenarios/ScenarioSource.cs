using KvStore.Simulator.Scenarios;

namespace KvStore.Cli.Scenarios;

/// <summary>Finds and reads the files of scenarios.</summary>
internal static class ScenarioSource
{
    private const string Pattern = "*.scenario";

    /// <summary>The files that are meant: a file by itself, or all of a folder and of those below it, by name.</summary>
    public static IReadOnlyList<string> FilesOf(string path)
    {
        if (!Directory.Exists(path)) return [path];
        var files = Directory.GetFiles(path, Pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        return files.Count > 0 ? files : throw new Failure(ExitCodes.Error, $"There is no {Pattern} in '{path}'.", "Name a file, or a folder that has some.");
    }

    /// <summary>Reads one.</summary>
    /// <exception cref="Failure">It can't be read, or it is no scenario.</exception>
    public static async Task<ScenarioFile> ReadAsync(string file, CancellationToken cancel)
    {
        string text;
        try
        {
            text = await File.ReadAllTextAsync(file, cancel);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new Failure(ExitCodes.Error, $"The scenario '{file}' can't be read: {exception.Message}", "Name another, or a folder of them.");
        }

        return ScenarioParser.Parse(file, text, out var problems) ?? throw new Failure(ExitCodes.Error, string.Join('\n', problems), "docs/simulator.md has the syntax, and scenarios/ has examples.");
    }
}
