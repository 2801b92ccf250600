using System.CommandLine;
using KvStore.Cli.Connecting;
using KvStore.Cli.Output;
using KvStore.Client;

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
        var output = CommonOptions.OutputOf(
            null, "How to print it: table (the default on a terminal), keys or raw (the default in a pipe) or json, a line for each key.",
            "table", "keys", "raw", "json");
        var command = new Command("list", "Lists keys in order.") { prefix, limit, keysOnly, output };
        command.Example("kv list --prefix users/", "kv list --keys-only --limit 100", "kv list -o json | jq -r .value");
        common.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var form = parsed.GetValue(output) ?? (terminal.IsOutputRedirected ? "keys" : "table");
            var most = parsed.GetValue(limit) ?? int.MaxValue;
            if (most < 1) throw Failure.Usage("--limit takes a number from 1 on.", "Leave it out to list all keys.");
            var withValues = !parsed.GetValue(keysOnly) && form is ("table" or "json");
            using var connection = common.Connect(parsed, terminal);
            var options = new ListOptions { Prefix = parsed.GetValue(prefix) ?? "", KeysOnly = !withValues, PageSize = Math.Min(most, PageMax) };
            var entries = Entries(connection, options, most, cancel);
            if (form == "table") await terminal.WriteAsync(KeyTable.Of(await entries.ToListAsync(cancel), withValues));
            else await foreach (var entry in entries) await terminal.WriteLineAsync(form == "json" ? ResultJson.Of(entry) : entry.Key);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static IAsyncEnumerable<Entry> Entries(Connection connection, ListOptions options, int most, CancellationToken cancel) =>
        connection.AskAllAsync(client => client.ListAsync(options, cancel)).Take(most).Select(Entry.Of);
}
