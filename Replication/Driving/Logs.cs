using KvStore.Protocol;
using KvStore.Replication.Ports;
using KvStore.StateMachine;
using KvStore.Storage;

namespace KvStore.Replication.Driving;

/// <summary>A replica's log in a write-ahead log on a disk.</summary>
public sealed class DiskReplicaLog : IReplicaLog
{
    private readonly WriteAheadLog _log;
    private readonly IReadOnlyList<ReadOnlyMemory<byte>> _records;

    /// <summary>Opens the log on this disk; a torn tail is cut.</summary>
    /// <param name="disk">The replica's own disk.</param>
    /// <param name="newSalt">Where the salt of a new segment comes from; the simulator gives its own.</param>
    /// <exception cref="LogDamagedException">A record in the middle is damaged.</exception>
    public DiskReplicaLog(IDisk disk, Func<ulong>? newSalt = null) => _log = WriteAheadLog.Open(disk, out _records, newSalt);

    /// <inheritdoc/>
    public IReadOnlyList<LogRecord> Load() =>
        [.. _records.Select(bytes => LogRecordCodec.Decode(bytes) ?? throw new InvalidDataException("The log holds a record that is not one, although its checksum is good."))];

    /// <inheritdoc/>
    public void Append(LogRecord record) => _log.Append(LogRecordCodec.Encode(record));

    /// <inheritdoc/>
    public void Flush() => _log.Flush();

    /// <inheritdoc/>
    public void Compact(IReadOnlyList<LogRecord> records) => _log.Compact([.. records.Select(LogRecordCodec.Encode)]);
}

/// <summary>
/// A log that lives as long as the process, for clusters that are memory-only and say so: records are kept as they are, nothing is encoded.
/// </summary>
public sealed class MemoryReplicaLog : IReplicaLog
{
    private List<LogRecord> _records = [];

    /// <inheritdoc/>
    public IReadOnlyList<LogRecord> Load() => [.. _records];

    /// <inheritdoc/>
    public void Append(LogRecord record) => _records.Add(record);

    /// <inheritdoc/>
    public void Flush()
    {
        // Memory is as durable as it gets here.
    }

    /// <inheritdoc/>
    public void Compact(IReadOnlyList<LogRecord> records) => _records = [.. records];
}

/// <summary>Keeps states as the immutable objects that they are: costs what later changes replace, and nothing to save.</summary>
public sealed class MemorySnapshotStore : ISnapshotStore
{
    private readonly SortedDictionary<SequenceNumber, ShardState> _states = [];

    /// <inheritdoc/>
    public void Save(ShardState state) => _states[state.Sequence] = state;

    /// <inheritdoc/>
    public ShardState? Load(SequenceNumber sequence) => _states.GetValueOrDefault(sequence);

    /// <inheritdoc/>
    public void DropBefore(SequenceNumber sequence)
    {
        foreach (var position in _states.Keys.TakeWhile(position => position < sequence).ToList()) _states.Remove(position);
    }
}
