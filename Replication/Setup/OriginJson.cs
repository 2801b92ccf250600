using KvStore.Protocol;

namespace KvStore.Replication.Setup;

/// <summary>The JSON of a genesis's origin.</summary>
/// <param name="Cluster">The id of the cluster whose snapshots the states were made from.</param>
/// <param name="Shards">The shards, in the order of their ids.</param>
internal sealed record OriginJson(string Cluster, IReadOnlyList<ShardOriginJson> Shards)
{
    public static OriginJson Of(GenesisOrigin origin) => new(
        SignatureBase.ClusterName(origin.Cluster),
        [.. origin.Shards.Select(shard => new ShardOriginJson(shard.Position.Number, shard.SnapshotRoot.ToString(), shard.StateRoot.ToString()))]);

    public GenesisOrigin ToOrigin(string source) => new(
        SetupText.ClusterOf(Cluster, source),
        [.. Shards.Select(shard => new ShardOrigin(new SequenceNumber(shard.Position), SetupText.DigestOf(shard.SnapshotRoot, source), SetupText.DigestOf(shard.StateRoot, source)))]);
}

/// <summary>One shard of it.</summary>
/// <param name="Position">The position of its snapshot.</param>
/// <param name="SnapshotRoot">The snapshot's certified state root.</param>
/// <param name="StateRoot">The root of the state that was made of it.</param>
internal sealed record ShardOriginJson(ulong Position, string SnapshotRoot, string StateRoot);
