using KvStore.Consensus.CatchingUp;
using KvStore.Consensus.NormalCase;
using KvStore.Consensus.ViewChanging;
using KvStore.Protocol;

namespace KvStore.Consensus.Recovery;

/// <summary>The first step of a run: says again what was said last, because it may not have arrived.</summary>
internal static class Startup
{
    public static void On(ReplicaState state, StartMode mode)
    {
        if (mode == StartMode.LostDisk) state.Rejoin.Begin(state);
        if (!state.Active && state.ViewChanges.Pledged is { } pledged) state.Emit(new Broadcast(pledged));
        if (state.Active)
        {
            foreach (var slot in state.Slots.From(state.Low.Next, state.High)) RepeatVotes(state, slot);
        }

        // It can't propose where it may have proposed and forgotten what: the view is over, and the others need not find out by waiting.
        if (state.IsPrimary && state.Reservation.IsForgotten(state.View, state.NextProposal)) ViewChanger.Suspect(state, state.View);
        // What was executed before the crash and logged with its certificate is executed again on the checkpoint's state.
        Execution.ExecuteReady(state);
        state.Emit(new SendToAll(StatusReports.Own(state)));
    }

    private static void RepeatVotes(ReplicaState state, Slot slot)
    {
        if (!slot.Accepted || !state.Rejoin.MayVote(state.View, slot.Sequence)) return;
        var digest = slot.Proposed!.Value;
        if (state.IsPrimary) state.Emit(new BroadcastProposal(new PrePrepare(state.View, slot.Sequence, digest), slot.ProposedBatch!));
        state.Carrier.Carry(new Prepare(state.View, slot.Sequence, digest), state.Effects);
        if (slot.CommitVoted) state.Carrier.Carry(new Commit(state.View, slot.Sequence, digest), state.Effects);
    }
}
