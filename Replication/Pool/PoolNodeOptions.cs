using KvStore.Protocol;

namespace KvStore.Replication.Pool;

/// <summary>What a node is made of besides its network and its disks.</summary>
/// <param name="Genesis">How the cluster began.</param>
/// <param name="Self">The node: its replica's id in the group of every shard.</param>
/// <param name="Name">Its name, for the log.</param>
/// <param name="Key">Its private key.</param>
/// <param name="AnswerTimeout">How long a request may wait for its answer.</param>
public sealed record PoolNodeOptions(Genesis Genesis, ReplicaId Self, string Name, Ed25519PrivateKey Key, TimeSpan AnswerTimeout)
{
    /// <summary>What survives of what was acknowledged: see <see cref="Gateways.ServedCluster.Storage"/>.</summary>
    public string Storage { get; init; } = Gateways.ServedCluster.OnDisk;

    /// <summary>The wall clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
