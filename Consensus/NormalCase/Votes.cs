// PBFT section 4.2, the prepare and commit phases. protocol.md section 5, steps 2 and 3.
using KvStore.Consensus.ViewChanging;
using KvStore.Protocol;

namespace KvStore.Consensus.NormalCase;

/// <summary>Counts Prepares and Commits.</summary>
internal static class Votes
{
    public static void OnPrepare(ReplicaState state, ReplicaId from, Verified<Prepare> vote)
    {
        if (Slot(state, from, vote) is not { } slot) return;
        switch (slot.Prepares.Add(vote))
        {
            case VoteOutcome<Prepare>.Quorum quorum:
                slot.TakePrepared(new OrderingCertificate(quorum.Certificate));
                TryCommit(state, slot);
                break;
            case VoteOutcome<Prepare>.Conflict conflict:
                ReportConflict(state, conflict.Earlier.Signed, vote.Signed);
                break;
        }
    }

    public static void OnCommit(ReplicaState state, ReplicaId from, Verified<Commit> vote)
    {
        if (Slot(state, from, vote) is not { } slot) return;
        var outcome = slot.Commits.Add(vote);
        state.Monitor.OnCommitVote(state, slot);
        switch (outcome)
        {
            case VoteOutcome<Commit>.Quorum quorum:
                slot.Commit(quorum.Certificate);
                Execution.ExecuteReady(state);
                break;
            case VoteOutcome<Commit>.Conflict conflict:
                ReportConflict(state, conflict.Earlier.Signed, vote.Signed);
                break;
        }
    }

    /// <summary>Votes to commit what is accepted and prepared in the open view, once.</summary>
    public static void TryCommit(ReplicaState state, Slot slot)
    {
        if (PlantedBugs.Has(PlantedBug.CommitWithoutPrepared) && state.Active && slot.Accepted && !slot.CommitVoted)
        {
            slot.CommitVoted = true;
            state.Carrier.Carry(new Commit(state.View, slot.Sequence, slot.Proposed!.Value), state.Effects);
        }

        var prepared = slot.Prepared;
        var ready = state.Active && slot.Accepted && !slot.CommitVoted
            && prepared is not null && prepared.Vote.View == state.View && prepared.Vote.Batch == slot.Proposed;
        if (!ready || !state.MayVote(state.View, slot.Sequence)) return;
        slot.CommitVoted = true;
        slot.CommitVotedFor = slot.Proposed;
        if (state.Monitor.IsOn) slot.Echo = new Slot.VoteEcho(state.Ticks);
        state.HighestCommitVote = SequenceNumber.Max(state.HighestCommitVote, slot.Sequence);
        state.Emit(new Persist(new PreparedRecord(prepared!)));
        state.Carrier.Carry(new Commit(state.View, slot.Sequence, prepared!.Vote.Batch), state.Effects);
    }

    // The slot that a vote counts in, or null when it counts nowhere.
    private static Slot? Slot<TVote>(ReplicaState state, ReplicaId from, Verified<TVote> vote)
        where TVote : OrderingVote
    {
        var (view, sequence) = (vote.Statement.View, vote.Statement.Sequence);
        if (view > state.OpenView)
        {
            state.Early.Keep(state, from, view, new VerifiedStatement<TVote>(vote));
            return null;
        }

        if (view < state.OpenView) return null; // Late, and nobody's fault.
        if (state.IsLetGo(sequence)) return null;
        if (state.InWindow(sequence)) return state.Slots.FindOrAdd(sequence, state.Group, state.Ticks);
        if (sequence > state.High) state.Reject(RejectionKind.OutOfWindow, from);
        return null;
    }

    private static void ReportConflict(ReplicaState state, Signed earlier, Signed later)
    {
        state.Reject(RejectionKind.Equivocation, later.Signer);
        state.Emit(new ReportEquivocation(earlier, later));
        if (later.Signer == state.Primary) ViewChanger.Suspect(state, state.View);
    }
}
