using System.CommandLine;
using System.CommandLine.Completions;

namespace KvStore.Cli.Completion;

/// <summary>A word, and what it means.</summary>
internal sealed record CompletionWord(string Text, string Meaning);

/// <summary>What can follow one command.</summary>
/// <param name="Path">The command's names from the top, with spaces between them; empty for the program itself.</param>
/// <param name="Commands">The commands under it.</param>
/// <param name="Options">Its options, and those of what it is under.</param>
/// <param name="Values">The values of those of its options that have only a few; an argument's under the empty name.</param>
internal sealed record CompletionWords(
    string Path, IReadOnlyList<CompletionWord> Commands, IReadOnlyList<CompletionWord> Options, IReadOnlyDictionary<string, IReadOnlyList<string>> Values)
{
    /// <summary>What can follow each command of a program.</summary>
    public static IReadOnlyList<CompletionWords> Of(Command root) => [.. Of(root, "")];

    private static IEnumerable<CompletionWords> Of(Command command, string path)
    {
        var visible = command.Options.Where(option => !option.Hidden && option.Name.StartsWith("--", StringComparison.Ordinal)).ToList();
        var values = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var option in visible)
        {
            if (ValuesOf(option) is not { Count: > 0 } few) continue;
            foreach (var name in (string[])[option.Name, .. option.Aliases]) values[name] = few;
        }

        if (command.Arguments.SelectMany(ValuesOf).ToList() is { Count: > 0 } arguments) values[""] = arguments;
        yield return new CompletionWords(
            path,
            [.. command.Subcommands.Select(each => new CompletionWord(each.Name, each.Description ?? ""))],
            [.. visible.Select(option => new CompletionWord(option.Name, option.Description ?? ""))],
            values);
        foreach (var inner in command.Subcommands.SelectMany(each => Of(each, path.Length == 0 ? each.Name : $"{path} {each.Name}"))) yield return inner;
    }

    private static List<string> ValuesOf(Symbol symbol) => symbol switch
    {
        Option { Arity.MaximumNumberOfValues: 0 } => [],
        Option<bool> => [],
        _ => [.. symbol.GetCompletions(CompletionContext.Empty).Select(item => item.Label)],
    };
}
