using KvStore.Protocol;

namespace KvStore.Consensus;

/// <summary>How a replica's run begins.</summary>
public enum StartMode
{
    /// <summary>The first start of the group, by the operator's word: there is nothing that this replica may have said before.</summary>
    Genesis,

    /// <summary>With the log and snapshot of an earlier run.</summary>
    Restart,

    /// <summary>With an empty disk where there was one before: the replica may have voted, and does not know what.</summary>
    LostDisk,
}

/// <summary>Who a replica is, and the rules of its group.</summary>
/// <param name="Self">The replica's own id.</param>
/// <param name="Group">Quorums, carrier and leader policy.</param>
/// <param name="Config">Bounds and time-outs.</param>
/// <param name="Cluster">The cluster, for the digests of requests.</param>
public sealed record ReplicaOptions(ReplicaId Self, GroupConfig Group, ConsensusConfig Config, ClusterId Cluster);
