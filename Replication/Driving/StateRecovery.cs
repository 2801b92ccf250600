// protocol.md sections 10 and 11. A crash between a checkpoint's becoming stable and its snapshot's becoming durable leaves the older snapshot and the
// log since then, which holds every batch up to the checkpoint with its bodies and its commit certificate.
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using KvStore.Protocol;
using KvStore.Replication.Storing;
using KvStore.StateMachine;
using KvStore.Storage;

namespace KvStore.Replication.Driving;

/// <summary>Gives back the state of the log's stable checkpoint.</summary>
internal sealed class StateRecovery(DriverOptions options, DriverPorts ports)
{
    // What is not executed yet, of what was read so far.
    private readonly SortedDictionary<SequenceNumber, CommittedRecord> _committed = [];
    private readonly SortedDictionary<SequenceNumber, LookupTable<Digest, VerifiedRequest>> _bodies = [];
    private readonly List<SequenceNumber> _executed = [];

    /// <summary>The batches that were executed again from the log before its last beginning, because the state had to be made from them.</summary>
    public IReadOnlyList<SequenceNumber> Executed => _executed;

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

    private SequenceNumber LastExecuted => _executed.Count == 0 ? Snapshot : _executed[^1];

    private bool TryRollForward(SequenceNumber position, QuorumCertificate<Checkpoint> stable, [NotNullWhen(true)] out ShardState? state)
    {
        state = null;
        var older = ports.Log.LoadOlder(position);
        if (!older.Any()) return false;
        var basis = position == SequenceNumber.Genesis ? null : older.OfType<StableRecord>().FirstOrDefault(record => record.Certificate.Vote.Sequence == position);
        state = position == SequenceNumber.Genesis ? Genesis() : basis is null ? null : Load(basis.Certificate);
        if (state is null) return false;
        Snapshot = position;
        ports.Ledger?.Open(position);
        state = RollForward(state, stable.Vote, older);
        return true;
    }

    private ShardState RollForward(ShardState from, Checkpoint stable, IEnumerable<LogRecord> records)
    {
        var machine = new ShardStateMachine(from, options.Replica.Cluster);
        foreach (var record in records)
        {
            Take(record);
            while (machine.View.Sequence < stable.Sequence && _committed.Remove(machine.View.Sequence.Next, out var committed)) Execute(machine, committed);
        }

        if (machine.View.Sequence < stable.Sequence) throw Unusable(machine.View.Sequence.Next, "the log does not hold its batch.");
        if (machine.Publish().ComputeRoot() == stable.StateRoot) return machine.Publish();
        throw Unusable(stable.Sequence, "the batches in the log do not make its state.");
    }

    private void Execute(ShardStateMachine machine, CommittedRecord committed)
    {
        var sequence = committed.Certificate.Vote.Sequence;
        var bodies = new List<Request>(committed.Batch.Requests.Length);
        foreach (var digest in committed.Batch.Requests)
        {
            if (!_bodies.TryGetValue(sequence, out var held) || !held.TryGetValue(digest, out var body)) throw Unusable(sequence, "the log does not hold a request of its batch.");
            bodies.Add(body.Request);
        }

        var executed = machine.Execute(sequence, committed.Batch.Digest, committed.Batch.Time, bodies);
        ports.Ledger?.Add(new LedgerEntry(committed.Certificate, committed.Batch, executed.Time, executed.ResultsRoot, executed.View.Ledger));
        _executed.Add(sequence);
        // What has been executed is not needed any more: the log may be longer than memory.
        _bodies.Remove(sequence);
    }

    // A batch's bodies are in the log at every position where it is.
    private void Take(LogRecord record)
    {
        switch (record)
        {
            case ProposalRecord it:
                Hold(it.Sequence, it.Bodies);
                break;
            case CommittedRecord it when it.Certificate.Vote.Sequence > LastExecuted:
                Hold(it.Certificate.Vote.Sequence, it.Bodies);
                _committed[it.Certificate.Vote.Sequence] = it;
                break;
        }
    }

    private void Hold(SequenceNumber sequence, ImmutableArray<Request> bodies)
    {
        if (sequence <= LastExecuted || bodies.IsEmpty) return;
        if (!_bodies.TryGetValue(sequence, out var held)) _bodies.Add(sequence, held = new LookupTable<Digest, VerifiedRequest>());
        foreach (var body in bodies.Select(options.Verifier.FromOwnLog)) held[body.Digest] = body;
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
