using System.CommandLine;
using KvStore.Cli.Snapshots;
using KvStore.Replication.Backup;

namespace KvStore.Cli.Cluster;

/// <summary>The options that say what a new cluster begins with.</summary>
internal sealed class StartOptions
{
    /// <summary>The snapshots.</summary>
    public Option<string[]> Snapshots { get; } = new("--snapshot")
    {
        Description = "Begin with the keys of this snapshot of another cluster; once for each of its shards. 'kv snapshot restore --new-cluster' then gives them to each node.",
        HelpName = "FILE",
    };

    /// <summary>The old cluster's genesis.</summary>
    public Option<string?> Genesis { get; } = new("--snapshot-genesis") { Description = "The genesis of that other cluster, which the snapshots are checked against.", HelpName = "FILE" };

    /// <summary>The snapshots that were named, each checked; none when none were.</summary>
    /// <exception cref="Failure">One is not good, or what is needed with it is missing.</exception>
    public IReadOnlyList<CertifiedSnapshot> Read(ParseResult parsed)
    {
        var files = parsed.GetValue(Snapshots) ?? [];
        var path = parsed.GetValue(Genesis);
        if (files.Length == 0) return path is null ? [] : throw Failure.Usage("--snapshot-genesis says nothing without a snapshot.", "Name one of every shard with --snapshot.");
        if (path is null) throw Failure.Usage("--snapshot-genesis is missing: only the old cluster's genesis says whether a snapshot is good.", "Name the file that the old cluster's nodes have.");
        var genesis = SnapshotCommand.GenesisOf(path);
        return [.. files.Select(file => SnapshotCommand.Read(file, genesis, shard: null))];
    }

    /// <summary>How many shards there are: with snapshots as many as the old cluster had, because each key stays in its shard.</summary>
    /// <exception cref="Failure">Another number was asked for.</exception>
    public static int ShardsOf(ParseResult parsed, Option<int> shards, IReadOnlyList<CertifiedSnapshot> snapshots)
    {
        var asked = parsed.GetValue(shards);
        if (snapshots.Count == 0) return asked;
        var old = snapshots[0].Genesis.Groups.Length;
        return parsed.GetResult(shards) is { Implicit: false } && asked != old
            ? throw Failure.Usage($"The old cluster has {old} shards, and a new one that begins with its keys has as many.", "Leave out --shards.")
            : old;
    }
}
