// docs/divergence.md, "A replica that lost its disk". protocol.md section 10; adversary.md row 39.
using KvStore.Protocol;

namespace KvStore.Consensus.Recovery;

/// <summary>
/// A replica that lost its disk may have voted, and does not know what. Until the group's stable checkpoint is above every position where it can
/// have voted, it votes only above them, and sends no ViewChange. What it can have voted for lies inside the window of its last stable checkpoint,
/// and a quorum had executed that checkpoint: so among enough answers one comes from a correct replica that had.
/// </summary>
/// <remarks>
/// It may also have pledged, by a ViewChange that somebody keeps, to vote in no view before a certain one. The first correct replica to move to a view
/// had seen a quorum in the view before, so among enough answers one is at most a view behind the pledge. Below the view after the highest answer it
/// votes for nothing, and it rejoins when a view from there on is open: its next ViewChange is for a later one, and contradicts none that was forgotten.
/// </remarks>
internal sealed class Rejoin(GroupConfig group, ConsensusConfig config)
{
    private static SequenceNumber Unknown => RejoinRecord.FloorUnknown;

    private readonly SequenceNumber?[] _executed = new SequenceNumber?[group.Replicas];
    private readonly View[] _views = new View[group.Replicas];
    private SequenceNumber? _floor;
    private View _viewFloor;

    public bool IsRejoining => _floor is not null;

    /// <summary>Whether a vote at this position of this view can contradict nothing that was forgotten.</summary>
    public bool MayVote(View view, SequenceNumber sequence) => view >= _viewFloor && (_floor is not { } floor || sequence > floor);

    public void Begin(ReplicaState state)
    {
        state.Emit(new Persist(new RejoinRecord(Unknown)));
        Restore(state, Unknown);
    }

    // The floor of the view is not in the record: both are asked for again, and come out no lower.
    public void Restore(ReplicaState state, SequenceNumber floor)
    {
        _floor = floor == SequenceNumber.Genesis ? null : Unknown;
        if (_floor is null || state.Active) return;
        // A pledge that an old copy knows of is below the floor of views. To wait for its view could be to wait for ever: the group may never have left its own.
        state.ViewChanges.Pledged = null;
        (state.View, state.Active) = (state.OpenView, true);
    }

    public RejoinRecord? Record => _floor is { } floor ? new RejoinRecord(floor) : null;

    /// <summary>Whether the floors are not known yet.</summary>
    public bool NeedsAnswers => _floor == Unknown;

    public void OnAnswer(ReplicaState state, ReplicaId from, StatusMessage status)
    {
        if (_floor != Unknown) return;
        _executed[from.Index] = status.Executed;
        _views[from.Index] = status.View;
        FindFloor(state);
    }

    /// <summary>Takes enough answers as the measure of the floor; called when there is another answer, or another certificate to judge them by.</summary>
    public void FindFloor(ReplicaState state)
    {
        if (_floor != Unknown) return;
        // Whatever is executed lies inside the window of a checkpoint that is certified. A claim beyond that is a lie that would keep this replica
        // silent for ever, or the certificate is still on its way.
        // Likewise a view: one that is open to a correct replica is soon open here, by its NewView.
        var last = state.Checkpoints.Certified.Plus((ulong)config.Window);
        var answers = _executed.Zip(_views).Where(each => each.First is { } executed && executed <= last && each.Second <= state.View.Next).ToList();
        if (answers.Count < group.RejoinAnswers) return;
        _floor = answers.Max(each => each.First!.Value).Plus((ulong)config.Window);
        _viewFloor = answers.Max(each => each.Second).Next;
        state.Emit(new Persist(new RejoinRecord(_floor.Value)));
    }

    /// <summary>Whether the view that is open here is one in which this replica may have pledged not to vote: the group must move on for it to come back.</summary>
    public bool NeedsLaterView(View view) => _floor is not null && view < _viewFloor;

    public void OnTick(ReplicaState state)
    {
        if (_floor is not { } floor || state.Low < floor || !state.Active || state.View < _viewFloor) return;
        _floor = null;
        state.Emit(new Persist(new RejoinRecord(SequenceNumber.Genesis)));
    }
}
