using KvStore.Replication.Ports;
using KvStore.Replication.Storing;

namespace KvStore.Replication.Pool;

/// <summary>What a node's replica of one shard keeps.</summary>
/// <param name="Log">Where it writes down what it is about to say.</param>
/// <param name="Snapshots">Where it keeps the states of stable checkpoints.</param>
/// <param name="Ledger">Where it keeps all executed batches; null when it does not.</param>
/// <param name="IsEmpty">Whether nothing was ever written: a new disk, or a lost one.</param>
/// <param name="Disk">What is released when the replica has stopped; null when there is nothing.</param>
public sealed record ShardStore(IReplicaLog Log, ISnapshotStore Snapshots, DiskLedger? Ledger, bool IsEmpty, IDisposable? Disk)
{
    /// <summary>Says what of its disk it uses; null where there is none.</summary>
    public Func<DiskUsage?> Usage { get; init; } = static () => null;

    /// <summary>Whether it is kept elsewhere than in the node's directory, whose marks say nothing of it when they are gone.</summary>
    public bool OutlivesDirectory { get; init; }

    /// <summary>Makes durable all that was written without being flushed; does nothing where nothing can be made so.</summary>
    public Action FlushAll { get; init; } = () => { };

    /// <summary>The store on a disk, which is disposed of with it.</summary>
    public static ShardStore On(ReplicaDisk disk) => new(disk.Log, disk.Snapshots, disk.Ledger, disk.IsEmpty, disk) { Usage = disk.Usage, FlushAll = disk.FlushAll };
}
