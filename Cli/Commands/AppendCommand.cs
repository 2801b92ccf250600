using System.CommandLine;
using System.Globalization;
using KvStore.Cli.Output;

namespace KvStore.Cli.Commands;

/// <summary><c>kv append KEY [VALUE|-|@FILE]</c>: appends to a value, or creates it.</summary>
internal static class AppendCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var common = new CommonOptions();
        var ifLength = new Option<ulong?>("--if-length") { Description = "Only if the value has this many bytes; an absent one has 0.", HelpName = "BYTES" };
        var command = new Command("append", "Appends to a value, or creates it, and prints its revision.")
        {
            common.Key, common.Value, common.IfMatch, ifLength,
        };
        common.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var client = common.Client(parsed, terminal);
            using var request = new HttpRequestMessage(HttpMethod.Post, common.KeyPathOf(parsed));
            request.Content = await ValueInput.ReadAsync(parsed.GetValue(common.Value), terminal, cancel);
            if (common.IfMatchOf(parsed) is { } tag) request.Headers.TryAddWithoutValidation("If-Match", tag);
            if (parsed.GetValue(ifLength) is { } length) request.Headers.Add("Kv-If-Length", length.ToString(CultureInfo.InvariantCulture));
            return await Written.SendAsync(client, request, terminal, cancel);
        });
        return command;
    }
}
