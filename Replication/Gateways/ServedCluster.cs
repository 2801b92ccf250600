using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Replication.Gateways;

/// <summary>A cluster as one node serves it to clients.</summary>
/// <param name="Genesis">How the cluster began.</param>
/// <param name="Groups">Its groups, one a shard, in the order of their ids.</param>
/// <param name="RequestVerifier">Checks clients' requests, whatever their shards.</param>
/// <param name="Storage">What the state survives: <see cref="InMemory"/>, <see cref="Unflushed"/> or <see cref="OnDisk"/>.</param>
public sealed record ServedCluster(Genesis Genesis, ImmutableArray<IShardGroup> Groups, MessageVerifier RequestVerifier, string Storage)
{
    /// <summary>Nothing survives the process.</summary>
    public const string InMemory = "memory";

    /// <summary>What was acknowledged survives the process, and not the machine.</summary>
    public const string Unflushed = "disk-unflushed";

    /// <summary>What was acknowledged survives the machine.</summary>
    public const string OnDisk = "disk";
}
