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

    private View _view;
    private SequenceNumber _upTo;

    // The last position of _view at which an earlier run may have voted.
    private SequenceNumber _forgotten;

    public ReservedRecord? Record => _upTo == SequenceNumber.Genesis ? null : new ReservedRecord(_view, _upTo);

    public void Restore(ReservedRecord record) => (_view, _upTo, _forgotten) = (record.View, record.UpTo, record.UpTo);

    /// <summary>Whether an earlier run may have voted here, for something that the log does not hold.</summary>
    public bool IsForgotten(View view, SequenceNumber sequence) => !PlantedBugs.Has(PlantedBug.ReservationForgotten) && view == _view && sequence <= _forgotten;

    /// <summary>Makes sure that the reservation covers a position of the open view before anything is said about it.</summary>
    public void Cover(ReplicaState state, SequenceNumber sequence)
    {
        if (_view == state.View && sequence <= _upTo) return;
        if (_view != state.View) _forgotten = SequenceNumber.Genesis;
        (_view, _upTo) = (state.View, sequence.Plus(Ahead));
        state.Emit(new Persist(new ReservedRecord(_view, _upTo)));
    }

    /// <summary>The run ends in good order: the next one need not be silent about more than was said. What is in the log is durable with this record.</summary>
    public void Close(ReplicaState state)
    {
        if (Record is null || _view != state.OpenView) return;
        var last = _forgotten;
        foreach (var slot in state.Slots.All.Where(slot => slot.Accepted)) last = SequenceNumber.Max(last, slot.Sequence);
        _upTo = SequenceNumber.Min(_upTo, last);
        state.Emit(new Persist(new ReservedRecord(_view, _upTo)));
    }
}
