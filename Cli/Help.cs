using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace KvStore.Cli;

/// <summary>Examples at the end of a command's help.</summary>
internal static class Help
{
    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<Command, string[]> _examples = [];

    /// <summary>Adds lines that show how the command is used.</summary>
    public static void Example(this Command command, params string[] lines) => _examples.Add(command, lines);

    /// <summary>Makes the help of a program show the examples.</summary>
    public static void ShowExamples(this RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new HelpWithExamples((HelpAction)option.Action!);
    }

    private sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var exitCode = usual.Invoke(parseResult);
            if (!_examples.TryGetValue(parseResult.CommandResult.Command, out var lines)) return exitCode;
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var line in lines) output.WriteLine($"  {line}");
            output.WriteLine();
            return exitCode;
        }
    }
}
