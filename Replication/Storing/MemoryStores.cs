using KvStore.Protocol;
using KvStore.Replication.Ports;
using KvStore.StateMachine;

namespace KvStore.Replication.Storing;

/// <summary>
/// A log that lives as long as the process, for clusters that are memory-only and say so: records are kept as they are, nothing is encoded.
/// </summary>
public sealed class MemoryReplicaLog : IReplicaLog
{
    private List<LogRecord> _records = [];

    /// <inheritdoc/>
    public IReadOnlyList<LogRecord> Load() => [.. _records];

    /// <inheritdoc/>
    public IEnumerable<LogRecord> LoadOlder(SequenceNumber from) => [];

    /// <inheritdoc/>
    public void Append(LogRecord record) => _records.Add(record);

    /// <inheritdoc/>
    public void Flush()
    {
        // Memory is as durable as it gets here.
    }

    /// <inheritdoc/>
    public void BeginAt(SequenceNumber stable, IReadOnlyList<LogRecord> live) => _records = [.. live];

    /// <inheritdoc/>
    public bool TryDropBefore(SequenceNumber stable) => true; // A state in memory is there at once, so nothing older was kept.
}

/// <summary>Keeps states as the immutable objects that they are: costs what later changes replace, and nothing to save.</summary>
public sealed class MemorySnapshotStore : ISnapshotStore
{
    private readonly SortedDictionary<SequenceNumber, ShardState> _states = [];

    /// <inheritdoc/>
    public IReadOnlyList<SequenceNumber> Positions => [.. _states.Keys];

    /// <inheritdoc/>
    public IEnumerable<long>? Save(ShardState state, QuorumCertificate<Checkpoint> certificate)
    {
        _states[state.Sequence] = state;
        return null;
    }

    /// <inheritdoc/>
    public ShardState? Load(QuorumCertificate<Checkpoint> certificate, SnapshotAssembler assembler) => _states.GetValueOrDefault(certificate.Vote.Sequence);

    /// <inheritdoc/>
    public ShardState? LoadInitial(SnapshotAssembler assembler) => _states.GetValueOrDefault(SequenceNumber.Genesis);

    /// <inheritdoc/>
    public void DropBefore(SequenceNumber sequence)
    {
        foreach (var position in _states.Keys.TakeWhile(position => position < sequence).ToList()) _states.Remove(position);
    }
}
