// protocol.md section 1: agreement, validity, exactly once; section 8: equal states at equal positions.
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Simulator;

/// <summary>
/// Writes down what is executed first at each position, lets the oracle judge it, and holds every other replica, and every replica after a restart, to
/// it. A liar's too when it is not the first: what it sends is a lie, but the driver behind it is real. It binds nobody, because only correct replicas promise
/// to come where one of them has been.
/// </summary>
internal sealed class AgreementChecker(Violations violations, StateOracle oracle)
{
    private readonly List<Entry> _positions = [];
    private readonly Dictionary<SequenceNumber, (Digest Root, ReplicaId First)> _roots = [];

    /// <summary>How many positions have been executed.</summary>
    public int Count => _positions.Count;

    public void OnExecuted(Machine machine, ExecutedBatch batch)
    {
        var index = (int)batch.Sequence.Number - 1;
        if (index >= _positions.Count && machine.IsLiar) return;
        if (index > _positions.Count)
        {
            violations.Add("Positions are executed in order", $"{machine} executed {batch.Sequence} although nobody executed s{_positions.Count + 1}");
            return;
        }

        if (index == _positions.Count)
        {
            _positions.Add(new Entry(batch.Batch, batch.Time, batch.ResultsRoot, batch.LedgerRoot, machine.Id));
            oracle.Execute(batch);
            return;
        }

        var first = _positions[index];
        if (first.Batch != batch.Batch)
        {
            violations.Add("Agreement", $"{machine} executed batch {Short(batch.Batch)} at {batch.Sequence}, {first.Replica} executed {Short(first.Batch)}");
        }
        else if (first.ResultsRoot != batch.ResultsRoot || first.LedgerRoot != batch.LedgerRoot || first.Time != batch.Time)
        {
            violations.Add("Equal states", $"{machine} and {first.Replica} executed the same batch at {batch.Sequence} with different results");
        }
    }

    /// <summary>A replica's state at a checkpoint, of its own or fetched.</summary>
    public void OnState(Machine machine, ShardState state)
    {
        if (state.Sequence == SequenceNumber.Genesis) return;
        var index = (int)state.Sequence.Number - 1;
        if (index >= _positions.Count && machine.IsLiar) return;
        if (index >= _positions.Count)
        {
            violations.Add("Positions are executed in order", $"{machine} has a state at {state.Sequence}, which nobody executed");
            return;
        }

        if (_positions[index].LedgerRoot != state.LedgerRoot) violations.Add("Equal states", $"{machine} has another ledger at {state.Sequence}");
        var root = state.ComputeRoot();
        if (_roots.TryAdd(state.Sequence, (root, machine.Id))) return;
        var first = _roots[state.Sequence];
        if (first.Root != root) violations.Add("Equal states", $"{machine} and {first.First} have different state roots at {state.Sequence}");
    }

    private static string Short(Digest digest) => digest.ToString()[..12];

    private readonly record struct Entry(Digest Batch, Timestamp Time, Digest ResultsRoot, Digest LedgerRoot, ReplicaId Replica);
}
