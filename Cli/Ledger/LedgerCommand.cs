using System.CommandLine;
using KvStore.Cli.Nodes;
using KvStore.Cli.Snapshots;
using KvStore.Protocol;
using KvStore.Replication;
using KvStore.Replication.Auditing;

namespace KvStore.Cli.Ledger;

/// <summary><c>kv ledger</c>: reads what a node keeps of all that was executed.</summary>
internal static class LedgerCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal) => new(
        "ledger",
        "Reads the ledger in a node's directory: every batch that its replicas executed, with the quorum's certificate and its place in the Merkle tree over all of them. The node may run; nothing is written.")
    {
        LedgerShowCommand.Create(terminal),
        LedgerVerifyCommand.Create(terminal),
    };

    /// <summary>The genesis that is believed: the one that was named, or the node's own.</summary>
    public static Option<string?> GenesisOption() => new("--genesis") { Description = "The genesis of the cluster. Default: the node's.", HelpName = "FILE" };

    /// <summary>Does something with the ledger of one shard of a node.</summary>
    public static TResult With<TResult>(ParseResult parsed, Option<string> directory, Option<string?> genesis, GroupId shard, Terminal terminal, Func<LedgerAudit, TResult> what)
    {
        var config = SnapshotCommand.ConfigOf(parsed, directory, terminal);
        var known = SnapshotCommand.GenesisOf(parsed.GetValue(genesis) ?? config.GenesisPath);
        return SnapshotCommand.Proven(() =>
        {
            using var audit = LedgerAudit.Open(config.ShardPath(shard), known, known.Groups[(int)shard.Number]);
            return what(audit);
        });
    }

    /// <summary>The shards that are meant: the one that was named, which the genesis must have, or all.</summary>
    public static IReadOnlyList<GroupId> ShardsOf(ParseResult parsed, Option<string> directory, Option<string?> genesis, Option<uint?> shard, Terminal terminal)
    {
        var known = GenesisOf(parsed, directory, genesis, terminal);
        return SnapshotCommand.ShardOf(parsed.GetValue(shard), known) is { } asked ? [asked] : [.. known.Groups.Select(group => group.Id)];
    }

    private static Genesis GenesisOf(ParseResult parsed, Option<string> directory, Option<string?> genesis, Terminal terminal) =>
        SnapshotCommand.GenesisOf(parsed.GetValue(genesis) ?? SnapshotCommand.ConfigOf(parsed, directory, terminal).GenesisPath);
}
