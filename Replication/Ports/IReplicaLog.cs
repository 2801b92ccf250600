using KvStore.Protocol;

namespace KvStore.Replication.Ports;

/// <summary>Where a replica writes down what it is about to say.</summary>
public interface IReplicaLog
{
    /// <summary>The records of the earlier run, in order.</summary>
    IReadOnlyList<LogRecord> Load();

    /// <summary>Adds a record; durable after the next <see cref="Flush"/>.</summary>
    void Append(LogRecord record);

    /// <summary>Makes durable what was added; costs nothing when nothing was.</summary>
    void Flush();

    /// <summary>Replaces everything by these records, durably and at once.</summary>
    void Compact(IReadOnlyList<LogRecord> records);
}

/// <summary>Where a replica keeps the states of its stable checkpoints.</summary>
public interface ISnapshotStore
{
    /// <summary>Keeps the state, durably.</summary>
    void Save(StateMachine.ShardState state);

    /// <summary>The state at this position; null when it is not there.</summary>
    StateMachine.ShardState? Load(SequenceNumber sequence);

    /// <summary>Drops all states before this position.</summary>
    void DropBefore(SequenceNumber sequence);
}
