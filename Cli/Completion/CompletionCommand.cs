using System.CommandLine;

namespace KvStore.Cli.Completion;

/// <summary><c>kv completion bash|zsh|fish</c>: a script that completes commands, options and their values in a shell.</summary>
internal static class CompletionCommand
{
    /// <summary>Makes the command. It describes the program as it is when the command runs.</summary>
    public static Command Create(Terminal terminal)
    {
        var shell = new Argument<string>("SHELL") { Description = "The shell." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", "Prints a script that completes commands and options in a shell.") { shell };
        command.Example("source <(kv completion bash)", "source <(kv completion zsh)", "kv completion fish | source");
        command.SetAction(async (parsed, _) =>
        {
            var words = CompletionWords.Of(parsed.RootCommandResult.Command);
            var script = parsed.GetValue(shell) switch
            {
                "zsh" => CompletionScripts.Zsh(words),
                "fish" => CompletionScripts.Fish(words),
                _ => CompletionScripts.Bash(words),
            };
            await terminal.WriteLineAsync(script);
            return ExitCodes.Ok;
        });
        return command;
    }
}
