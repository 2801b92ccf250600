using System.CommandLine;

namespace KvStore.Cli.Commands;

/// <summary><c>kv delete KEY</c>.</summary>
internal static class DeleteCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var common = new CommonOptions();
        var command = new Command("delete", "Deletes a key.") { common.Key, common.IfMatch };
        common.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var client = common.Client(parsed, terminal);
            using var request = new HttpRequestMessage(HttpMethod.Delete, common.KeyPathOf(parsed));

            // With a body, even an empty one, the HTTP client does not repeat the request by itself when a connection breaks: the second of two
            // deletions would find nothing, and the first would be reported as not done.
            request.Content = new ByteArrayContent([]);
            if (common.IfMatchOf(parsed) is { } tag) request.Headers.TryAddWithoutValidation("If-Match", tag);
            using var response = await client.SendAsync(request, cancel);
            await terminal.Error.WriteLineAsync("Deleted.");
            return ExitCodes.Ok;
        });
        return command;
    }
}
