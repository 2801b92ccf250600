using System.Collections.Immutable;
using KvStore.Protocol;
using KvStore.Replication.Pool;
using KvStore.Replication.Setup;

namespace KvStore.Replication.Gateways;

/// <summary>A cluster as one node serves it to clients.</summary>
/// <param name="Genesis">How the cluster began.</param>
/// <param name="Groups">Its groups, one a shard, in the order of their ids.</param>
/// <param name="RequestVerifier">Checks clients' requests, whatever their shards.</param>
/// <param name="Storage">What the state survives: <see cref="InMemory"/>, <see cref="Unflushed"/> or <see cref="OnDisk"/>.</param>
public sealed record ServedCluster(Genesis Genesis, ImmutableArray<IShardGroup> Groups, MessageVerifier RequestVerifier, string Storage)
{
    /// <summary>The pool that the cluster is; null when all of it is in this process.</summary>
    public ServedPool? Pool { get; init; }

    /// <summary>Nothing survives the process.</summary>
    public const string InMemory = "memory";

    /// <summary>What was acknowledged survives the process, and not the machine.</summary>
    public const string Unflushed = "disk-unflushed";

    /// <summary>What was acknowledged survives the machine.</summary>
    public const string OnDisk = "disk";
}

/// <summary>A pool as one of its nodes sees it.</summary>
/// <param name="Self">The node: its replica's id in every group.</param>
/// <param name="Members">The nodes, by that id.</param>
/// <param name="Peers">How it stands between the node and each of the others now.</param>
public sealed record ServedPool(ReplicaId Self, ImmutableArray<Member> Members, Func<IReadOnlyList<PeerStatus>> Peers)
{
    /// <summary>The silos that host the nodes, as this node's silo hears of them now; null where nodes are processes by themselves.</summary>
    public Func<IReadOnlyList<HostingSilo>>? Silos { get; init; }
}

/// <summary>The silo that hosts a node.</summary>
/// <param name="Node">The node.</param>
/// <param name="Name">The silo's name.</param>
/// <param name="Address">Where other silos reach it, or did when they last heard of it; null when they never did.</param>
/// <param name="Active">Whether the other silos take it for running: some seconds pass before they know better.</param>
public sealed record HostingSilo(ReplicaId Node, string Name, string? Address, bool Active);
