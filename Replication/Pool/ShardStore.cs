using KvStore.Replication.Driving;
using KvStore.Replication.Ports;

namespace KvStore.Replication.Pool;

/// <summary>What a node's replica of one shard keeps.</summary>
/// <param name="Log">Where it writes down what it is about to say.</param>
/// <param name="Snapshots">Where it keeps the states of stable checkpoints.</param>
/// <param name="IsEmpty">Whether nothing was ever written: a new disk, or a lost one.</param>
/// <param name="Disk">What is released when the replica has stopped; null when there is nothing.</param>
public sealed record ShardStore(IReplicaLog Log, ISnapshotStore Snapshots, bool IsEmpty, IDisposable? Disk)
{
    /// <summary>A store that lives as long as the process.</summary>
    public static ShardStore InMemory() => new(new MemoryReplicaLog(), new MemorySnapshotStore(), IsEmpty: true, Disk: null);
}
