using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Replication;

/// <summary>What one shard begins with.</summary>
/// <param name="Position">The position of the snapshot in the old cluster.</param>
/// <param name="SnapshotRoot">The state root that a quorum of the old cluster certified there.</param>
/// <param name="StateRoot">The root of the state that the shard has before its first batch, made from the snapshot's.</param>
public sealed record ShardOrigin(SequenceNumber Position, Digest SnapshotRoot, Digest StateRoot);

/// <summary>
/// Where the first states of a cluster come from that does not begin empty. It is in the genesis, and so in the cluster's id: members sign it, and no node takes
/// another state for the first one.
/// </summary>
/// <param name="Cluster">The cluster whose snapshots they were made from.</param>
/// <param name="Shards">The shards' states, in the order of their ids.</param>
public sealed record GenesisOrigin(ClusterId Cluster, ImmutableArray<ShardOrigin> Shards)
{
    /// <summary>The canonical encoding, which follows everything else of the genesis. docs/wire.md.</summary>
    public void Encode(CanonicalWriter writer)
    {
        writer.Digest(Cluster.Genesis);
        writer.Count(Shards.Length);
        foreach (var shard in Shards)
        {
            writer.Sequence(shard.Position);
            writer.Digest(shard.SnapshotRoot);
            writer.Digest(shard.StateRoot);
        }
    }
}
