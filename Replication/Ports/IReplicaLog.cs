using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Replication.Ports;

/// <summary>Where a replica writes down what it is about to say.</summary>
public interface IReplicaLog
{
    /// <summary>Whether no other process can have taken the disk that this is on. Any thread may ask.</summary>
    bool IsHeld => true;

    /// <summary>The records of the earlier run, in order: since the last <see cref="BeginAt"/> that became durable, and those that it began with.</summary>
    IReadOnlyList<LogRecord> Load();

    /// <summary>
    /// The records before those of <see cref="Load"/>, from the <see cref="BeginAt"/> of a position on: what the state of the last stable checkpoint
    /// can be made from when its snapshot did not become durable. Empty when they do not reach back so far. They are read as the
    /// enumeration goes on, because a log grows while snapshots find no room.
    /// </summary>
    IEnumerable<LogRecord> LoadOlder(SequenceNumber from);

    /// <summary>Adds a record; durable after the next <see cref="Flush"/>.</summary>
    void Append(LogRecord record);

    /// <summary>Makes durable what was added; costs nothing when nothing was.</summary>
    /// <exception cref="Storage.DiskFullException">There is no room. Nothing of what waits is lost, and the flush may be tried again.</exception>
    void Flush();

    /// <summary>From the next flush on, these records and the state of a stable checkpoint replace all earlier ones, which stay until <see cref="TryDropBefore"/>.</summary>
    void BeginAt(SequenceNumber stable, IReadOnlyList<LogRecord> live);

    /// <summary>Deletes what lies before the <see cref="BeginAt"/> of a position: the state there is durable. Needs no room.</summary>
    /// <returns>False, and nothing is deleted, while that <see cref="BeginAt"/> is not durable.</returns>
    bool TryDropBefore(SequenceNumber stable);
}

/// <summary>Where a replica keeps the states of its stable checkpoints.</summary>
public interface ISnapshotStore
{
    /// <summary>The positions whose states are there, ascending.</summary>
    IReadOnlyList<SequenceNumber> Positions { get; }

    /// <summary>
    /// Keeps a state. Null when it is kept already; else every step of the enumeration writes a part of it and gives the bytes that were written so far,
    /// and with the end of the enumeration the state is there, durably. Any one thread may enumerate it, beside the replica's own.
    /// </summary>
    IEnumerable<long>? Save(ShardState state, QuorumCertificate<Checkpoint> certificate);

    /// <summary>The state at a checkpoint; null when it is not there.</summary>
    /// <param name="certificate">The checkpoint, whose root is the state's.</param>
    /// <param name="assembler">Puts chunks together and checks them against that root.</param>
    /// <exception cref="Storage.SnapshotDamagedException">It is there, and is not as it was kept.</exception>
    ShardState? Load(QuorumCertificate<Checkpoint> certificate, SnapshotAssembler assembler);

    /// <summary>The state that the shard began with, where that is not an empty one; null when it is not there.</summary>
    /// <param name="assembler">Puts chunks together and checks them against the root that the genesis names.</param>
    /// <exception cref="Storage.SnapshotDamagedException">It is there, and is not as it was kept.</exception>
    ShardState? LoadInitial(SnapshotAssembler assembler);

    /// <summary>Drops all states before this position.</summary>
    void DropBefore(SequenceNumber sequence);
}

/// <summary>
/// Keeps the states of stable checkpoints beside the ordering. The host does it on another thread; the simulator in events of its own.
/// </summary>
public interface ICheckpointSaver
{
    /// <summary>Sees to it that <see cref="Driving.CheckpointSave.Step"/> is called until it is done, and that the driver hears how it ended.</summary>
    void Save(Driving.CheckpointSave work);
}
