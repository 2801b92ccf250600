// protocol.md sections 10 and 11. A crash between a checkpoint's becoming stable and its snapshot's becoming durable leaves the older snapshot and the
// log since then, which holds every batch up to the checkpoint with its bodies and its commit certificate.
using System.Diagnostics.CodeAnalysis;
using KvStore.Protocol;
using KvStore.Replication.Storing;
using KvStore.StateMachine;
using KvStore.Storage;

namespace KvStore.Replication.Driving;

/// <summary>Gives back the state of the log's stable checkpoint.</summary>
internal sealed class StateRecovery(DriverOptions options, DriverPorts ports)
{
    private readonly SortedDictionary<SequenceNumber, CommittedRecord> _committed = [];
    private readonly LookupTable<Digest, VerifiedRequest> _bodies = new();

    /// <summary>The records of the log before its last beginning, when the state had to be made from them.</summary>
    public IReadOnlyList<LogRecord> Older { get; private set; } = [];

    /// <summary>The position of the snapshot that the state is, or was made from.</summary>
    public SequenceNumber Snapshot { get; private set; }

    /// <summary>The state at the checkpoint; the genesis for null. Its root has been checked.</summary>
    /// <exception cref="DiskDamagedException">It can't be had.</exception>
    public ShardState Restore(QuorumCertificate<Checkpoint>? stable)
    {
        if (stable is null)
        {
            ports.Ledger?.Open(SequenceNumber.Genesis);
            return Genesis();
        }

        if (Load(stable) is { } state)
        {
            Snapshot = state.Sequence;
            ports.Ledger?.Open(state.Sequence);
            return state;
        }

        foreach (var position in ports.Snapshots.Positions.Where(position => position < stable.Vote.Sequence).Reverse().Append(SequenceNumber.Genesis))
        {
            if (TryRollForward(position, stable, out state)) return state;
        }

        throw new SnapshotDamagedException($"the snapshot of position {stable.Vote.Sequence}", 0, "it is missing, and the log does not reach back to an older one.");
    }

    private bool TryRollForward(SequenceNumber position, QuorumCertificate<Checkpoint> stable, [NotNullWhen(true)] out ShardState? state)
    {
        state = null;
        var older = ports.Log.LoadOlder(position);
        if (older.Count == 0) return false;
        var basis = older.OfType<StableRecord>().FirstOrDefault(record => record.Certificate.Vote.Sequence == position);
        state = position == SequenceNumber.Genesis ? Genesis() : basis is null ? null : Load(basis.Certificate);
        if (state is null) return false;
        (Older, Snapshot) = (older, position);
        ports.Ledger?.Open(position);
        state = RollForward(state, stable.Vote);
        return true;
    }

    private ShardState RollForward(ShardState from, Checkpoint stable)
    {
        foreach (var record in Older) Take(record);
        var machine = new ShardStateMachine(from, options.Replica.Cluster);
        while (machine.View.Sequence < stable.Sequence) ExecuteNext(machine);
        if (machine.Publish().ComputeRoot() == stable.StateRoot) return machine.Publish();
        throw Unusable(stable.Sequence, "the batches in the log do not make its state.");
    }

    private void ExecuteNext(ShardStateMachine machine)
    {
        var sequence = machine.View.Sequence.Next;
        if (!_committed.TryGetValue(sequence, out var committed)) throw Unusable(sequence, "the log does not hold its batch.");
        var bodies = new List<Request>(committed.Batch.Requests.Length);
        foreach (var digest in committed.Batch.Requests)
        {
            if (!_bodies.TryGetValue(digest, out var body)) throw Unusable(sequence, "the log does not hold a request of its batch.");
            bodies.Add(body.Request);
        }

        var executed = machine.Execute(sequence, committed.Batch.Digest, committed.Batch.Time, bodies);
        ports.Ledger?.Add(new LedgerEntry(committed.Certificate, committed.Batch, executed.Time, executed.ResultsRoot, executed.View.Ledger));
    }

    private void Take(LogRecord record)
    {
        var bodies = record switch
        {
            ProposalRecord it => it.Bodies,
            CommittedRecord it => it.Bodies,
            _ => [],
        };
        foreach (var body in bodies.Select(options.Verifier.FromOwnLog)) _bodies[body.Digest] = body;
        if (record is CommittedRecord committed) _committed[committed.Certificate.Vote.Sequence] = committed;
    }

    private ShardState? Load(QuorumCertificate<Checkpoint> certificate)
    {
        var state = ports.Snapshots.Load(certificate, new SnapshotAssembler(certificate.Vote.StateRoot, options.Limits, options.Clients, options.Partition));
        if (state is null || state.ComputeRoot() == certificate.Vote.StateRoot) return state;
        throw Unusable(certificate.Vote.Sequence, "its state is not the one that the checkpoint certifies.");
    }

    private ShardState Genesis() => ShardState.Genesis(options.Limits, options.Clients, options.Partition);

    private static SnapshotDamagedException Unusable(SequenceNumber sequence, string what) => new($"the state at position {sequence}", 0, what);
}
