using System.CommandLine;
using KvStore.Cli.Output;

namespace KvStore.Cli.Commands;

/// <summary><c>kv put KEY [VALUE|-|@FILE]</c>: replaces a value, or creates it.</summary>
internal static class PutCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var common = new CommonOptions();
        var create = new Option<bool>("--create") { Description = "Only if there is no such key." };
        var contentType = new Option<string?>("--content-type") { Description = "What the value is, for example application/json.", HelpName = "TYPE" };
        var command = new Command("put", "Replaces a value, or creates it, and prints its revision.")
        {
            common.Key, common.Value, common.IfMatch, create, contentType,
        };
        common.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var client = common.Client(parsed, terminal);
            using var request = new HttpRequestMessage(HttpMethod.Put, common.KeyPathOf(parsed));
            request.Content = await ValueInput.ReadAsync(parsed.GetValue(common.Value), terminal, cancel);
            if (parsed.GetValue(contentType) is { } type && !request.Content.Headers.TryAddWithoutValidation("Content-Type", type))
                throw Failure.Usage($"'{type}' is no content type.", "Give one like text/plain, or leave it out.");
            if (common.IfMatchOf(parsed) is { } tag) request.Headers.TryAddWithoutValidation("If-Match", tag);
            if (parsed.GetValue(create)) request.Headers.TryAddWithoutValidation("If-None-Match", "*");
            return await Written.SendAsync(client, request, terminal, cancel);
        });
        return command;
    }
}
