using System.CommandLine;

namespace KvStore.Cli.Commands;

/// <summary>What transactions and batches have in common on the command line.</summary>
internal static class StepsInput
{
    /// <summary>The argument with the steps.</summary>
    public static Argument<string?> Argument(string what) => new("STEPS")
    {
        Description = $"{what}; '-' (the default) reads it from the standard input, '@FILE' from a file.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>The option that says how the results are printed.</summary>
    public static Option<string> Output() => CommonOptions.OutputOf(
        null, "How to print the results: table (the default on a terminal), or json (the default in a pipe) or raw, both as the gateway answered.",
        "table", "json", "raw");

    /// <summary>Whether they are printed as JSON.</summary>
    public static bool IsJson(string? output, Terminal terminal) => (output ?? (terminal.IsOutputRedirected ? "json" : "table")) != "table";
}
