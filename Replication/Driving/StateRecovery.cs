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

    /// <summary>
    /// Finds the state at the checkpoint, or the genesis for null; its root has been checked. False when neither a snapshot nor the log has it: an earlier run
    /// fetched it, and ended before it was durable. Then the others have it.
    /// </summary>
    /// <exception cref="DiskDamagedException">It can't be had.</exception>
    public bool TryRestore(QuorumCertificate<Checkpoint>? stable, [NotNullWhen(true)] out ShardState? state)
    {
        if (stable is null)
        {
            ports.Ledger?.Open(SequenceNumber.Genesis);
            state = Initial();
            return state is not null;
        }

        state = Load(stable);
        if (state is not null)
        {
            Snapshot = state.Sequence;
            ports.Ledger?.Open(state.Sequence);
            return true;
        }

        foreach (var position in ports.Snapshots.Positions.Where(position => position < stable.Vote.Sequence).Reverse().Append(SequenceNumber.Genesis))
        {
            if (!TryFindBasis(position, out var basis)) continue;
            Snapshot = position;
            ports.Ledger?.Open(position);
            state = RollForward(basis, stable.Vote, ports.Log.LoadOlder(position));
            return state is not null || RequireOthers(stable.Vote.Sequence);
        }

        // Whatever the ledger has is from before the state that is missing.
        ports.Ledger?.Open(SequenceNumber.Genesis);
        return RequireOthers(stable.Vote.Sequence);
    }

    private SequenceNumber LastExecuted => _executed.Count == 0 ? Snapshot : _executed[^1];

    // Only what begins there is read, and once more when it is executed: the log may be longer than memory.
    private bool TryFindBasis(SequenceNumber position, [NotNullWhen(true)] out ShardState? basis)
    {
        basis = null;
        if (position == SequenceNumber.Genesis)
        {
            if (ports.Log.LoadOlder(position).Any()) basis = Initial();
        }
        else if (ports.Log.LoadOlder(position).OfType<StableRecord>().FirstOrDefault(record => record.Certificate.Vote.Sequence == position) is { } stable)
        {
            basis = Load(stable.Certificate);
        }

        return basis is not null;
    }

    // Null when the log does not lead so far.
    private ShardState? RollForward(ShardState from, Checkpoint stable, IEnumerable<LogRecord> records)
    {
        var machine = new ShardStateMachine(from, options.Replica.Cluster);
        foreach (var record in records)
        {
            Take(record);
            while (machine.View.Sequence < stable.Sequence && _committed.Remove(machine.View.Sequence.Next, out var committed)) Execute(machine, committed);
        }

        if (machine.View.Sequence < stable.Sequence) return null;
        if (machine.Publish().ComputeRoot() == stable.StateRoot) return machine.Publish();
        throw Unusable(stable.Sequence, "the batches in the log do not make its state.");
    }

    private bool RequireOthers(SequenceNumber missing) =>
        options.Replica.Group.Replicas > 1 ? false : throw Unusable(missing, "its snapshot is missing, the log does not lead to it from an older one, and there is nobody to fetch it from.");

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

    // Null only where the genesis names a state: its disk was lost with it, or never had it.
    private ShardState? Initial() => options.InitialRoot is { } root
        ? ports.Snapshots.LoadInitial(new SnapshotAssembler(root, options.Limits, options.Clients, options.Partition))
        : ShardState.Genesis(options.Limits, options.Clients, options.Partition);

    private static SnapshotDamagedException Unusable(SequenceNumber sequence, string what) => new($"the state at position {sequence}", 0, what);
}
