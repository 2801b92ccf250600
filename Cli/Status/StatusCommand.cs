using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using KvStore.Api.Json;
using KvStore.Api.Operations;
using Spectre.Console;

namespace KvStore.Cli.Status;

/// <summary><c>kv status</c>: the shards and their replicas, by the word of the gateway or, in a pool, of every node.</summary>
internal static class StatusCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var common = new CommonOptions();
        var output = CommonOptions.OutputOf("table", "How to print it: table or json.", "table", "json");
        var command = new Command("status", "Shows the shards and their replicas. In a pool every node is asked, and where they disagree is said; ends with 7 when a shard has no quorum, and with 6 when nodes contradict each other.") { output };
        command.Example("kv status", "kv status -o json", "kv status --url http://127.0.0.1:8081");
        common.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var connection = common.Connect(parsed, terminal);
            var cluster = JsonSerializer.Deserialize((await connection.AskAsync(client => client.ClusterAsync(cancel))).Json.Span, ApiJson.Default.ClusterDocument)!;
            if (cluster.Nodes is { } nodes) return await PoolStatusCommand.RunAsync(await PoolStatus.AskAsync(cluster, nodes, cancel), parsed.GetValue(output) == "json", terminal);
            var json = (await connection.AskAsync(client => client.StatusAsync(cancel))).Json;
            var status = JsonSerializer.Deserialize(json.Span, ApiJson.Default.StatusDocument)!;
            if (parsed.GetValue(output) == "json")
            {
                await terminal.WriteLineAsync(Encoding.UTF8.GetString(json.Span));
            }
            else
            {
                await terminal.WriteAsync(Table(status));
                if (Suspicions([.. status.Shards.SelectMany(shard => shard.Replicas.Select(replica => ($"replica {replica.Replica}", shard.Shard, replica)))]) is { } suspicions) await terminal.WriteAsync(suspicions);
            }

            return await JudgeAsync(status, terminal);
        });
        return command;
    }

    private static async Task<int> JudgeAsync(StatusDocument status, Terminal terminal)
    {
        var down = status.Shards.Where(shard => !shard.HasQuorum).Select(shard => shard.Shard).ToList();
        if (down.Count == 0) return ExitCodes.Ok;
        await terminal.Error.WriteLineAsync($"kv: No quorum in shard {string.Join(", ", down)}.\n    Start the replicas that do not run.");
        return ExitCodes.Unavailable;
    }

    private static Table Table(StatusDocument status)
    {
        var table = new Table().Border(TableBorder.Simple)
            .AddColumns("shard", "replica", "state", "view", "primary", "executed", "checkpoint", "pending", "keys");
        foreach (var shard in status.Shards)
        {
            foreach (var replica in shard.Replicas) table.AddRow(Row(shard.Shard, replica));
        }

        return table;
    }

    private static Text[] Row(uint shard, ReplicaDocument replica)
    {
        if (!replica.Running)
            return [Number(shard), Number(replica.Replica), new Text("stopped", new Style(Color.Red)), .. Enumerable.Repeat(new Text("-"), 6)];
        return
        [
            Number(shard),
            Number(replica.Replica),
            StateOf(replica),
            Number(replica.View),
            Number(replica.Primary),
            Number(replica.Executed),
            Number(replica.StableCheckpoint),
            Known(replica.PendingRequests),
            Known(replica.Keys),
        ];
    }

    /// <summary>What a replica does, in a word.</summary>
    public static Text StateOf(ReplicaDocument replica) => replica switch
    {
        { Faults: { } faults } => new Text($"lies by design: {string.Join(", ", faults)}", new Style(Color.Red)),
        { DiskFull: true } => new Text("disk full", new Style(Color.Red)),
        { FetchingState: true } => new Text("fetching state", new Style(Color.Yellow)),
        { Rejoining: true } => new Text("rejoining", new Style(Color.Yellow)),
        { Active: false } => new Text("changing view", new Style(Color.Yellow)),
        _ => new Text("running", new Style(Color.Green)),
    };

    /// <summary>What replicas suspect each other of; null when nobody suspects anybody.</summary>
    public static Table? Suspicions(IReadOnlyList<(string Who, uint Shard, ReplicaDocument Replica)> replicas)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("who", "shard", "suspects", "code", "of", "times", "last");
        foreach (var (who, shard, replica) in replicas)
        {
            foreach (var seen in replica.Suspicions ?? []) // Absent in the word of an older node.
            {
                table.AddRow(
                    new Text(who), Number(shard), new Text($"replica {seen.Replica}"), Number(seen.Code), new Text(seen.Name), Number(seen.Count),
                    new Text(seen.LastSeen.UtcDateTime.ToString("u", CultureInfo.InvariantCulture)));
            }
        }

        return table.Rows.Count > 0 ? table : null;
    }

    /// <summary>A number that may not be known.</summary>
    public static Text Known(int? number) => number is { } known ? Number(known) : new Text("-");

    /// <summary>A number.</summary>
    public static Text Number(IFormattable number) => new(number.ToString(null, CultureInfo.InvariantCulture));
}
