using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using KvStore.Cli.Output;

namespace KvStore.Cli.Commands;

/// <summary><c>kv list</c>: keys in order, page by page, as a table, as lines of JSON, or just the keys.</summary>
internal static class ListCommand
{
    private const int PageMax = 1000;

    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var common = new CommonOptions();
        var prefix = new Option<string?>("--prefix") { Description = "Only keys that begin with this.", HelpName = "TEXT" };
        var limit = new Option<int?>("--limit") { Description = "At most so many keys; default: all.", HelpName = "N" };
        var keysOnly = new Option<bool>("--keys-only") { Description = "Without the values." };
        var output = new Option<string?>("--output", "-o")
        {
            Description = "How to print it: table (the default on a terminal), keys (the default in a pipe) or json, a line for each key.",
        };
        output.AcceptOnlyFromAmong("table", "keys", "json");
        var command = new Command("list", "Lists keys in order.") { prefix, limit, keysOnly, output };
        common.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var form = parsed.GetValue(output) ?? (terminal.IsOutputRedirected ? "keys" : "table");
            var most = parsed.GetValue(limit) ?? int.MaxValue;
            if (most < 1) throw Failure.Usage("--limit takes a number from 1 on.", "Leave it out to list all keys.");
            var withValues = !parsed.GetValue(keysOnly) && form != "keys";
            using var client = common.Client(parsed, terminal);
            var entries = Pages(client, parsed.GetValue(prefix), most, withValues, cancel);
            if (form == "table") await terminal.WriteAsync(KeyTable.Of(await entries.ToListAsync(cancel), withValues));
            else await foreach (var entry in entries) await terminal.WriteLineAsync(form == "keys" ? entry.Key : ValueJson.Of(entry));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async IAsyncEnumerable<Entry> Pages(
        GatewayClient client, string? prefix, int most, bool withValues, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var keysOnly = withValues ? "false" : "true";
        string? next = string.Create(
            CultureInfo.InvariantCulture, $"/v1/kv?limit={Math.Min(most, PageMax)}&keysOnly={keysOnly}&prefix={Uri.EscapeDataString(prefix ?? "")}");
        for (var listed = 0; next is not null && listed < most;)
        {
            using var page = await PageAsync(client, next, cancel);
            foreach (var item in page.RootElement.GetProperty("items").EnumerateArray())
            {
                if (listed++ == most) yield break;
                yield return Read(item);
            }

            next = page.RootElement.TryGetProperty("next", out var link) ? link.GetString() : null;
        }
    }

    private static async Task<JsonDocument> PageAsync(GatewayClient client, string address, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        using var response = await client.SendAsync(request, cancel);
        return await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancel), cancellationToken: cancel);
    }

    private static Entry Read(JsonElement item) => new(
        item.TryGetProperty("key", out var key) ? key.GetString()! : "b64:" + item.GetProperty("keyB64").GetString(),
        item.GetProperty("etag").GetString()!.Trim('"'),
        item.GetProperty("length").GetInt64(),
        item.TryGetProperty("contentType", out var type) ? type.GetString() : null,
        item.TryGetProperty("value", out var text) ? System.Text.Encoding.UTF8.GetBytes(text.GetString()!)
            : item.TryGetProperty("valueB64", out var bytes) ? bytes.GetBytesFromBase64()
            : null);
}
