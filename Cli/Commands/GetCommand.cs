using System.CommandLine;
using KvStore.Cli.Output;
using KvStore.Client;

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
        var ifNoneMatch = new Option<string?>("--if-none-match") { Description = "Only if the key is not at this revision any more.", HelpName = "rN" };
        var wait = new Option<string?>("--wait")
        {
            Description = "Wait this long until the key is there, or with --if-none-match until it has changed.",
            HelpName = "TIME",
        };
        var output = CommonOptions.OutputOf("raw", "How to print it: raw (the bytes as they are), json or table.", "raw", "json", "table");
        var command = new Command("get", "Prints a value; ends with 3 when there is none, and with 4 when it has not changed.")
        {
            common.Key, range, consistency, ifNoneMatch, wait, output,
        };
        command.Example(
            "kv get greeting",
            "kv get greeting --range 0-4",
            "kv get greeting --if-none-match r42 --wait 30s",
            "kv get greeting --consistency certified -o json");
        common.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var key = common.KeyOf(parsed);
            var options = new GetOptions
            {
                Range = RangeOf(parsed.GetValue(range)),
                Consistency = ConsistencyOf(parsed.GetValue(consistency)),
                IfNoneMatch = CommonOptions.ETagOf("--if-none-match", parsed.GetValue(ifNoneMatch)),
                Wait = Duration.Read("--wait", parsed.GetValue(wait), TimeSpan.FromMilliseconds(1)),
            };
            using var connection = common.Connect(parsed, terminal);
            var result = await connection.AskAsync(client => client.GetAsync(key, options, cancel));
            if (result.Status == GetStatus.Absent) throw Failure.NoSuchKey();
            if (result.Status == GetStatus.NotModified) throw Unchanged(options);
            await PrintAsync(parsed.GetValue(output)!, Entry.Of(key, result), terminal, cancel);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Failure Unchanged(GetOptions options) => new(
        ExitCodes.PreconditionFailed, $"The key is still at {options.IfNoneMatch}.", "Wait for a change with --wait, or leave --if-none-match out.");

    private static ByteRange? RangeOf(string? text)
    {
        if (text is null) return null;
        if (ByteRange.TryParse(text, out var range)) return range;
        throw Failure.Usage($"--range takes bytes, and '{text}' names none.", "Give 0-4 (both included), 10- or -5.");
    }

    private static Consistency ConsistencyOf(string? name) => name switch
    {
        "certified" => Consistency.Certified,
        "local" => Consistency.Local,
        _ => Consistency.Linearizable,
    };

    private static async Task PrintAsync(string output, Entry entry, Terminal terminal, CancellationToken cancel)
    {
        switch (output)
        {
            case "json":
                await terminal.WriteLineAsync(ResultJson.Of(entry));
                break;
            case "table":
                await terminal.WriteAsync(KeyTable.Of([entry], withValues: true));
                break;
            default:
                await terminal.Out.WriteAsync(entry.Value.GetValueOrDefault(), cancel);
                break;
        }
    }
}
