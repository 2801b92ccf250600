using System.CommandLine;
using KvStore.Cli.Output;

namespace KvStore.Cli.Commands;

/// <summary><c>kv get KEY</c>: a value, or a slice of it, as raw bytes, as JSON or as a table.</summary>
internal static class GetCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var common = new CommonOptions();
        var range = new Option<string?>("--range")
        {
            Description = "Only these bytes: A-B (both included), A- (to the end) or -N (the last N).",
            HelpName = "A-B",
        };
        var consistency = new Option<string?>("--consistency") { Description = "How fresh: linearizable (the default), certified or local." };
        consistency.AcceptOnlyFromAmong("linearizable", "certified", "local");
        var output = new Option<string>("--output", "-o")
        {
            Description = "How to print it: raw (the bytes as they are), json or table.",
            DefaultValueFactory = _ => "raw",
        };
        output.AcceptOnlyFromAmong("raw", "json", "table");
        var command = new Command("get", "Prints a value.") { common.Key, range, consistency, output };
        common.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var client = common.Client(parsed, terminal);
            var query = parsed.GetValue(consistency) is { } wanted ? $"?consistency={wanted}" : "";
            using var request = new HttpRequestMessage(HttpMethod.Get, common.KeyPathOf(parsed) + query);
            if (parsed.GetValue(range) is { } bytes) request.Headers.TryAddWithoutValidation("Range", $"bytes={bytes}");
            using var response = await client.SendAsync(request, cancel);
            await PrintAsync(parsed.GetValue(output)!, parsed.GetValue(common.Key)!, response, terminal, cancel);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task PrintAsync(string output, string key, HttpResponseMessage response, Terminal terminal, CancellationToken cancel)
    {
        switch (output)
        {
            case "json":
                await terminal.WriteLineAsync(ValueJson.Of(await EntryAsync(key, response, cancel)));
                break;
            case "table":
                await terminal.WriteAsync(KeyTable.Of([await EntryAsync(key, response, cancel)], withValues: true));
                break;
            default:
                await response.Content.CopyToAsync(terminal.Out, cancel);
                break;
        }
    }

    private static async Task<Entry> EntryAsync(string key, HttpResponseMessage response, CancellationToken cancel)
    {
        var value = await response.Content.ReadAsByteArrayAsync(cancel);
        var length = response.Content.Headers.ContentRange?.Length ?? value.Length;
        return new Entry(key, response.Headers.ETag?.Tag.Trim('"') ?? "", length, response.Content.Headers.ContentType?.ToString(), value);
    }
}
