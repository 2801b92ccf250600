// docs/divergence.md, "A replica that lost its disk". protocol.md section 10; adversary.md row 39.
using KvStore.Protocol;

namespace KvStore.Consensus.Recovery;

/// <summary>
/// A replica that lost its disk may have voted, and does not know what. Until the group's stable checkpoint is above every position where it can
/// have voted, it votes only above them, and sends no ViewChange. What it can have voted for lies inside the window of its last stable checkpoint,
/// and a quorum had executed that checkpoint: so among enough answers one comes from a correct replica that had.
/// </summary>
internal sealed class Rejoin(GroupConfig group, ConsensusConfig config)
{
    private static readonly SequenceNumber Unknown = new(CanonicalReader.NumberMax);

    private readonly SequenceNumber?[] _executed = new SequenceNumber?[group.Replicas];
    private SequenceNumber? _floor;

    public bool IsRejoining => _floor is not null;

    /// <summary>Whether a vote at this position can contradict none that was forgotten.</summary>
    public bool MayVote(SequenceNumber sequence) => _floor is not { } floor || sequence > floor;

    public void Begin(ReplicaState state)
    {
        _floor = Unknown;
        state.Emit(new Persist(new RejoinRecord(Unknown)));
    }

    public void Restore(SequenceNumber floor) => _floor = floor == SequenceNumber.Genesis ? null : floor;

    public RejoinRecord? Record => _floor is { } floor ? new RejoinRecord(floor) : null;

    public void OnStatus(ReplicaState state, ReplicaId from, StatusMessage status)
    {
        if (_floor != Unknown || status.Rejoining) return;
        _executed[from.Index] = status.Executed;
        FindFloor(state);
    }

    /// <summary>Takes enough answers as the measure of the floor; called when there is another answer, or another certificate to judge them by.</summary>
    public void FindFloor(ReplicaState state)
    {
        if (_floor != Unknown) return;
        // Whatever is executed lies inside the window of a checkpoint that is certified. A claim beyond that is a lie that would keep this replica
        // silent for ever, or the certificate is still on its way.
        var certified = state.Checkpoints.Certified;
        var answers = _executed.Where(each => each is { } executed && executed <= certified.Plus((ulong)config.Window)).ToList();
        if (answers.Count < group.RejoinAnswers) return;
        _floor = answers.Max()!.Value.Plus((ulong)config.Window);
        state.Emit(new Persist(new RejoinRecord(_floor.Value)));
    }

    public void OnStable(ReplicaState state)
    {
        if (_floor is not { } floor || state.Low < floor) return;
        _floor = null;
        state.Emit(new Persist(new RejoinRecord(SequenceNumber.Genesis)));
    }
}
