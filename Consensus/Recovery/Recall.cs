// docs/divergence.md, "A replica that was restored from an old copy"; adversary.md row 39.
using KvStore.Consensus.NormalCase;
using KvStore.Consensus.ViewChanging;
using KvStore.Protocol;

namespace KvStore.Consensus.Recovery;

/// <summary>
/// The beginning of a run: the replica listens before it votes. It asks the others what they hold of its own statements. One that its log does not know
/// proves that the log is older than what was said, and the replica rejoins as if it had lost its disk. Enough answers without one, and it takes part.
/// </summary>
/// <remarks>
/// Who answers has let go of votes of earlier views, and of those up to a settled position. So an answer counts from when this replica is in that view or a
/// later one, where it has none to give for earlier ones, and it votes for nothing up to the settled positions. A liar's answer that is far off never counts.
/// </remarks>
internal sealed class Recall(ReplicaId self, GroupConfig group)
{
    private const ulong AskAgainTicks = 2;

    private readonly RecalledMessage?[] _answers = new RecalledMessage?[group.Replicas];
    private Recollection? _known;
    private SequenceNumber _settled;
    private ulong _nonce;

    /// <summary>Whether it is not known yet that the log is not behind what was said.</summary>
    public bool IsListening => _known is not null;

    /// <summary>Whether a vote at this position can contradict nothing that the others have let go of.</summary>
    public bool MayVote(SequenceNumber sequence) => _known is null && sequence > _settled;

    public void Begin(ReplicaState state, StartMode mode, ulong nonce)
    {
        _nonce = nonce;
        if (mode == StartMode.Restart && !state.Rejoin.IsRejoining && !PlantedBugs.Has(PlantedBug.RestoredVotesAtOnce)) _known = Recollections.Own(state);
        Ask(state);
        TryEnd(state);
    }

    public void OnTick(ReplicaState state)
    {
        if (state.Ticks % AskAgainTicks == 0) Ask(state);
        TryEnd(state);
    }

    /// <summary>A peer that has just started asks.</summary>
    public static void Answer(ReplicaState state, ReplicaId to, RecallMessage question)
    {
        var settled = SequenceNumber.Max(state.Low, SequenceNumber.Min(state.Checkpoints.Certified, state.Executed));
        var unknown = question.Known is { } known ? Recollections.Unknown(state, to, known) : [];
        state.Emit(new Send(to, new RecalledMessage(question.Nonce, state.OpenView, settled, CatchingUp.StatusReports.Own(state), unknown)));
    }

    public void OnAnswer(ReplicaState state, ReplicaId from, RecalledMessage answer)
    {
        // Another run's is late, and nobody's fault; one that rejoins does not know what it knew.
        if (answer.Nonce != _nonce || answer.Status.Rejoining) return;
        _answers[from.Index] = answer with { Statements = [] };
        state.Rejoin.OnAnswer(state, from, answer.Status);
        foreach (var statement in answer.Statements)
        {
            if (_known is not { } known || statement.Signer != self || known.Covers(statement.UntypedStatement)) continue;
            _known = null;
            Array.Clear(_answers);
            state.Emit(new FoundForgotten(statement));
            state.Rejoin.Begin(state);
            SayCheckpoints(state);
            Ask(state);
            return;
        }

        TryEnd(state);
    }

    private void Ask(ReplicaState state)
    {
        if (!IsListening && !state.Rejoin.NeedsAnswers) return;
        for (ushort i = 0; i < group.Replicas; i++)
        {
            if (i != self.Index && _answers[i] is null) state.Emit(new Send(new ReplicaId(i), new RecallMessage(_nonce, _known)));
        }
    }

    private void TryEnd(ReplicaState state)
    {
        if (!IsListening) return;
        var counted = _answers.OfType<RecalledMessage>().Where(answer => answer.OpenView <= state.View && answer.Settled <= state.High).ToList();
        if (counted.Count < group.RecallAnswers) return;
        _known = null;
        Array.Clear(_answers);
        foreach (var answer in counted) _settled = SequenceNumber.Max(_settled, answer.Settled);
        Speak(state);
    }

    // Says again what was said last, because it may not have arrived, and then what was held back.
    private static void Speak(ReplicaState state)
    {
        SayCheckpoints(state);
        if (!state.Active && state.ViewChanges.Pledged is { } pledged) state.Emit(new Broadcast(pledged));
        foreach (var slot in state.Slots.From(state.Low.Next, state.High).ToList())
        {
            if (!state.Active) break;
            if (slot.Accepted) RepeatVotes(state, slot);
            else Proposals.TryAccept(state, slot);
        }

        // It can't propose where it may have proposed and forgotten what, or not for long without a state: the view is over, and the others need not find out by waiting.
        if (state.IsPrimary && (state.IsStateMissing || state.Reservation.IsForgotten(state.View, state.NextProposal))) ViewChanger.Suspect(state, state.View);
        ViewChanger.Join(state);
    }

    private static void SayCheckpoints(ReplicaState state)
    {
        foreach (var checkpoint in state.Checkpoints.AllOwn) state.Emit(new Broadcast(checkpoint));
    }

    private static void RepeatVotes(ReplicaState state, Slot slot)
    {
        if (!state.MayVote(state.View, slot.Sequence)) return;
        var digest = slot.Proposed!.Value;
        if (state.IsPrimary) state.Emit(new BroadcastProposal(new PrePrepare(state.View, slot.Sequence, digest), slot.ProposedBatch!));
        state.Carrier.Carry(new Prepare(state.View, slot.Sequence, digest), state.Effects);
        if (slot.CommitVoted) state.Carrier.Carry(new Commit(state.View, slot.Sequence, digest), state.Effects);
        else Votes.TryCommit(state, slot);
    }
}
