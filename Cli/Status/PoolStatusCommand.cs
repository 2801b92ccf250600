using System.Text.Json;
using System.Text.Json.Serialization;
using KvStore.Api.Operations;
using KvStore.Cli.Output;
using Spectre.Console;

namespace KvStore.Cli.Status;

/// <summary>A pool's status for programs.</summary>
/// <param name="Cluster">The cluster's id.</param>
/// <param name="Nodes">What each node says.</param>
/// <param name="Disagreements">On what they do not agree.</param>
internal sealed record PoolStatusJson(string Cluster, IReadOnlyList<NodeAnswerJson> Nodes, IReadOnlyList<Disagreement> Disagreements);

/// <summary>One node's answer for programs.</summary>
/// <param name="Node">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Client">Where it was asked.</param>
/// <param name="Error">Why it did not answer.</param>
/// <param name="Status">What it says.</param>
internal sealed record NodeAnswerJson(int Node, string Name, string Client, string? Error, StatusDocument? Status);

/// <summary>The JSON of a pool's status.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PoolStatusJson))]
internal sealed partial class PoolJson : JsonSerializerContext;

/// <summary>Prints the status of a pool.</summary>
internal static class PoolStatusCommand
{
    private const int RootDigits = 12;

    /// <summary>Prints it, and what the nodes do not agree on.</summary>
    public static async Task<int> RunAsync(PoolStatus pool, bool asJson, Terminal terminal)
    {
        var disagreements = Disagreements.Of(pool);
        await (asJson ? terminal.WriteLineAsync(JsonSerializer.Serialize(Json(pool, disagreements), PoolJson.Default.PoolStatusJson)) : terminal.WriteAsync(Table(pool)));
        if (!asJson) await terminal.WriteAsync(Files(pool));
        if (!asJson && StatusCommand.Suspicions(Owns(pool)) is { } suspicions) await terminal.WriteAsync(suspicions);
        foreach (var silent in Silent(pool)) await terminal.Error.WriteLineAsync($"kv: {silent}");
        foreach (var disagreement in disagreements) await terminal.Error.WriteLineAsync($"kv: {disagreement.Text}");
        if (disagreements.Any(each => each.IsContradiction))
            throw new Failure(ExitCodes.VerificationFailed, "Nodes contradict each other.", "At least one of them lies or is damaged: keep its data, and see /v1/evidence.");
        var down = pool.Cluster.Groups.Where(group => !pool.HasQuorum(group)).Select(group => group.Shard).ToList();
        if (down.Count > 0) throw new Failure(ExitCodes.Unavailable, $"No quorum in shard {string.Join(", ", down)}.", "Start the nodes that do not run.");
        return ExitCodes.Ok;
    }

    /// <summary>Who does not answer, node by node, and which silo that is of which replicas.</summary>
    public static IEnumerable<string> Silent(PoolStatus pool)
    {
        var shards = string.Join(", ", pool.Cluster.Groups.Select(group => group.Shard));
        foreach (var (node, _, error) in pool.Nodes.Where(node => node.Said is null))
        {
            yield return $"{node.Name} at {node.Client} does not answer: {error}";
            if (pool.SiloOf(node.Node) is { } silo) yield return $"shard {shards} replica {node.Node}: silo {NameOf(silo)} does not answer{(silo.Active ? "" : ", and the other silos know of none that runs")}.";
        }
    }

    private static string NameOf(SiloDocument silo) => silo.Address is { } address ? $"{silo.Name} at {address}" : silo.Name;

    private static IReadOnlyList<(string Who, uint Shard, ReplicaDocument Replica)> Owns(PoolStatus pool) =>
    [
        .. pool.Cluster.Groups.SelectMany(group => pool.Nodes.Select(node => (node.Node.Name, group.Shard, Own: node.Own(group.Shard))))
            .Where(each => each.Own is not null).Select(each => (each.Name, each.Shard, each.Own!)),
    ];

    private static PoolStatusJson Json(PoolStatus pool, IReadOnlyList<Disagreement> disagreements) =>
        new(pool.Cluster.Cluster, [.. pool.Nodes.Select(node => new NodeAnswerJson(node.Node.Node, node.Node.Name, node.Node.Client, node.Error, node.Said))], disagreements);

    private static Table Table(PoolStatus pool)
    {
        var table = new Table().Border(TableBorder.Simple)
            .AddColumns("shard", "node", "state", "view", "primary", "executed", "lag", "checkpoint", "state root", "pending", "keys", "lost", "version");
        var hasSilos = pool.Nodes.Any(node => node.Said?.Silos is not null);
        if (hasSilos) table.AddColumn("silo");
        foreach (var group in pool.Cluster.Groups)
        {
            foreach (var node in pool.Nodes) table.AddRow([.. Row(pool, group, node), .. hasSilos ? (Text[])[new Text(pool.SiloOf(node.Node.Node) is { } silo ? NameOf(silo) : "-")] : []]);
        }

        return table;
    }

    private static Table Files(PoolStatus pool)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("shard", "node", "disk", "free", "log", "snapshot", "ledger", "positions", "in memory");
        foreach (var (who, shard, own) in Owns(pool).Where(each => each.Replica.Running))
        {
            table.AddRow(
                StatusCommand.Number(shard), new Text(who), Size(own.DiskBytes), Size(own.DiskFreeBytes), Size(own.DiskLogBytes), Position(own.SnapshotPosition), Size(own.DiskLedgerBytes),
                own is { LedgerFirst: { } first, LedgerLast: { } last } ? new Text($"{first}–{last}") : new Text("-"),
                own.RetainedFrom is { } from && from <= own.Executed ? new Text($"from {from}") : new Text("-"));
        }

        return table;
    }

    private static Text Position(ulong? position) => position is { } known ? StatusCommand.Number(known) : new Text("-");

    private static Text Size(long? bytes) => new(bytes is { } known ? ByteSize.Mebibytes(known) : "-");

    private static Text[] Row(PoolStatus pool, GroupDocument group, NodeAnswer node)
    {
        var names = (Text[])[StatusCommand.Number(group.Shard), new Text(node.Node.Name)];
        if (node.Own(group.Shard) is not { Running: true } own)
            return [.. names, new Text(node.Said is null ? "no answer" : "starting", new Style(Color.Red)), .. Enumerable.Repeat(new Text("-"), 10)];
        var executed = pool.Executed(group);
        return
        [
            .. names,
            StatusCommand.StateOf(own),
            StatusCommand.Number(own.View),
            StatusCommand.Number(own.Primary),
            StatusCommand.Number(own.Executed),
            StatusCommand.Number(executed > own.Executed ? executed - own.Executed : 0),
            StatusCommand.Number(own.StableCheckpoint),
            new Text(own.StateRoot is { } root ? root[..Math.Min(root.Length, RootDigits)] : "-"),
            StatusCommand.Known(own.PendingRequests),
            StatusCommand.Known(own.Keys),
            StatusCommand.Number(own.Dropped.Values.Sum()),
            new Text(node.Said!.Version),
        ];
    }
}
