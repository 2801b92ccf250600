// docs/divergence.md, "A Prepare rests on a reservation". protocol.md section 11.
using KvStore.Protocol;

namespace KvStore.Consensus.Recovery;

/// <summary>
/// Up to which position this replica may vote to prepare in the open view. It is durable before the first such vote leaves; what the votes were for need
/// not be. So a replica that comes back knows where it may have voted and forgotten for what, and votes for nothing there that its log does not hold.
/// </summary>
internal sealed class Reservation
{
    // One flush for so many positions; and so many at most pass without this replica's vote after a crash.
    private const ulong Ahead = 32;

    private ulong _ahead = Ahead;
    private View _view;
    private SequenceNumber _upTo;

    // The last position of _view at which an earlier run may have voted.
    private SequenceNumber _forgotten;

    public ReservedRecord? Record => _upTo == SequenceNumber.Genesis ? null : new ReservedRecord(_view, _upTo);

    /// <summary>The last position of a view at which this replica may have voted.</summary>
    public SequenceNumber UpToIn(View view) => view == _view ? _upTo : SequenceNumber.Genesis;

    public void Restore(ReservedRecord record) => (_view, _upTo, _forgotten) = (record.View, record.UpTo, record.UpTo);

    /// <summary>Whether an earlier run may have voted here, for something that the log does not hold.</summary>
    public bool IsForgotten(View view, SequenceNumber sequence) => !PlantedBugs.Has(PlantedBug.ReservationForgotten) && view == _view && sequence <= _forgotten;

    /// <summary>Makes sure that the reservation covers a position of the open view before anything is said about it.</summary>
    public void Cover(ReplicaState state, SequenceNumber sequence)
    {
        if (_view == state.View && sequence <= _upTo) return;
        if (_view != state.View) _forgotten = SequenceNumber.Genesis;
        (_view, _upTo) = (state.View, sequence.Plus(_ahead));
        state.Emit(new Persist(new ReservedRecord(_view, _upTo)));
    }

    /// <summary>The run is about to end in good order: the next one need not be silent about more than what was said in this one.</summary>
    public void Retire(ReplicaState state)
    {
        _ahead = 0;
        if (_view != state.OpenView || Record is null) return;
        var said = state.Slots.All.Where(slot => slot.Accepted).Select(slot => slot.Sequence);
        _upTo = SequenceNumber.Min(_upTo, said.Aggregate(_forgotten, SequenceNumber.Max));
        state.Emit(new Persist(new ReservedRecord(_view, _upTo)));
    }
}
