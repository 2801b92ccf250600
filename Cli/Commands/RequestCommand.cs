using System.CommandLine;
using System.Text;
using KvStore.Client;

namespace KvStore.Cli.Commands;

/// <summary><c>kv request KEYID NONCE</c>: what became of a signed request.</summary>
internal static class RequestCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var common = new CommonOptions();
        var keyId = new Argument<string>("KEYID") { Description = "The public key that signed it, as 'kv key show' prints it." };
        var nonce = new Argument<string>("NONCE") { Description = "Its nonce, as the error named it." };
        var output = CommonOptions.OutputOf("raw", "How to print it: raw (a word: unknown, pending or executed) or json.", "raw", "json");
        var command = new Command("request", "Says what became of a signed request whose answer was lost.") { keyId, nonce, output };
        command.Example("kv request hY0nVqWq… AAAAAAAAAAAAAAAAAAAAKg", "kv request hY0nVqWq… AAAAAAAAAAAAAAAAAAAAKg -o json");
        common.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var connection = common.Connect(parsed, terminal);
            var outcome = await connection.AskAsync(client => client.OutcomeAsync(parsed.GetValue(keyId)!, parsed.GetValue(nonce)!, cancel));
            await terminal.WriteLineAsync(parsed.GetValue(output) == "json" ? Encoding.UTF8.GetString(outcome.Json.Span) : NameOf(outcome.State));
            await terminal.Error.WriteLineAsync(outcome.State switch
            {
                RequestState.Executed => "It was executed: '-o json' shows its result.",
                RequestState.Pending => "It is under way: ask again soon.",
                _ => "It was not executed, or so long ago that its result is not kept any more.",
            });
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string NameOf(RequestState state) => state switch
    {
        RequestState.Executed => "executed",
        RequestState.Pending => "pending",
        _ => "unknown",
    };
}
