// TOCS 2002 section 5.2: replicas say at intervals where they stand, and are sent what they lack. It is the only retransmission there is,
// so that lost proposals, votes, certificates and view changes all come again until there is progress.
using KvStore.Consensus.NormalCase;
using KvStore.Protocol;

namespace KvStore.Consensus.CatchingUp;

/// <summary>Says where this replica stands, and helps peers that stand behind.</summary>
internal static class StatusReports
{
    // So many of a peer's statuses must fail to come before it counts as silent.
    private const ulong SilentIntervals = 50;

    public static StatusMessage Own(ReplicaState state) => new(
        state.View, state.Active && !state.Rejoin.NeedsLaterView(state.View), state.Low, state.Executed, state.Slots.RetainedFrom(state.Executed), state.Rejoin.IsRejoining);

    public static void OnTick(ReplicaState state)
    {
        if (state.Ticks % state.Config.StatusIntervalTicks == 0)
        {
            state.Emit(new SendToAll(Own(state)));
            ReportSilent(state);
        }
        else if (state.Peers.LastExecutedTick + 1 >= state.Ticks && state.Executed > state.Low
            && state.Peers.MostAhead(state.Executed.Plus((ulong)state.Config.PipelineDepth)) is { } ahead)
        {
            // Catching up goes well and there is more: ask for it now rather than at the next interval.
            state.Emit(new Send(ahead, Own(state)));
        }
    }

    private static void ReportSilent(ReplicaState state)
    {
        for (ushort i = 0; i < state.Group.Replicas; i++)
        {
            var peer = new ReplicaId(i);
            if (peer != state.Self && state.Peers.FallsSilent(peer, state.Ticks, SilentIntervals * state.Config.StatusIntervalTicks))
                state.Emit(new ReportSuspicion(SuspicionKind.Silent, peer));
        }
    }

    public static void On(ReplicaState state, ReplicaId from, StatusMessage status)
    {
        state.Peers.Note(from, status, state.Ticks);
        // A primary that lost its disk must not lead: it does not know what it proposed.
        if (status.Rejoining && from == state.Primary) ViewChanging.ViewChanger.Suspect(state, state.View);
        // Nor can it vote in a view that it may have pledged to leave: it says so by calling the open view closed.
        if (NeedsLaterView(state, status) && state.Peers.MayMoveOnFor(from, state.Ticks)) ViewChanging.ViewChanger.Suspect(state, state.View);
        if (!state.Peers.MayHelp(from, state.Ticks)) return;
        HelpWithView(state, from, status);
        HelpWithCheckpoint(state, from, status);
        HelpWithSlots(state, from, status);
    }

    private static bool NeedsLaterView(ReplicaState state, StatusMessage status) =>
        status is { Rejoining: true, Active: false } && state.Active && status.View == state.View;

    private static void HelpWithView(ReplicaState state, ReplicaId to, StatusMessage status)
    {
        var behind = status.View < state.View || (status.View == state.View && !status.Active);
        if (!behind) return;
        if (state.ViewChanges.Opening is { } opening && opening.Statement.View >= status.View && (opening.Statement.View > status.View || !status.Active))
        {
            state.Emit(new Send(to, new StatementMessage(opening.Signed)));
        }

        if (!state.Active && state.ViewChanges.Of(state.Self) is { } own && own.Statement.View == state.View)
        {
            state.Emit(new Send(to, new StatementMessage(own.Signed)));
        }
    }

    private static void HelpWithCheckpoint(ReplicaState state, ReplicaId to, StatusMessage status)
    {
        var certificate = state.Checkpoints.Target ?? state.Checkpoints.Certificate;
        if (certificate is not null && certificate.Vote.Sequence > status.Stable) state.Emit(new Send(to, new StableMessage(certificate)));
        foreach (var own in state.Checkpoints.OwnVotesAbove(status.Stable, state.Self)) state.Emit(new Send(to, new StatementMessage(own)));
    }

    private static void HelpWithSlots(ReplicaState state, ReplicaId to, StatusMessage status)
    {
        if (status.Executed >= state.High) return; // Nothing here is new to it; and a peer's number is computed with only below a bound.
        var first = status.Executed.Next;
        var last = SequenceNumber.Min(first.Plus((ulong)state.Config.CatchUpSlotsMax - 1), state.High);
        foreach (var slot in state.Slots.From(first, last))
        {
            // What is young is probably still on its way.
            if (state.Ticks < slot.SinceTick + Math.Min(state.Config.StatusIntervalTicks, 2)) continue;
            if (slot.CommittedBatch is { } batch) state.Emit(new Send(to, new CommittedMessage(slot.Committed!, batch)));
            else if (state.Active && status.Active && status.View == state.View) SendVotes(state, to, slot);
        }
    }

    private static void SendVotes(ReplicaState state, ReplicaId to, Slot slot)
    {
        if (slot.PrePrepare is { } prePrepare && slot.ProposedBatch is { } batch) state.Emit(new Send(to, new ProposalMessage(prePrepare.Signed, batch)));
        if (slot.Prepares.Of(state.Self) is { } prepare) state.Emit(new Send(to, new StatementMessage(prepare.Signed)));
        if (slot.Commits.Of(state.Self) is { } commit) state.Emit(new Send(to, new StatementMessage(commit.Signed)));
    }
}
