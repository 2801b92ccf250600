// PBFT section 4.4, view changes: the side that leaves a view. protocol.md section 9.
using System.Collections.Immutable;
using KvStore.Consensus.NormalCase;
using KvStore.Protocol;

namespace KvStore.Consensus.ViewChanging;

/// <summary>Leaves a view when its primary is suspected or others have left, and opens the next one when it is this replica's to open.</summary>
internal static class ViewChanger
{
    public static void OnTick(ReplicaState state)
    {
        if (!state.Active)
        {
            OnTickBetweenViews(state);
        }
        else if (state.IsPrimary ? MayLeave(state) : state.ViewChanges.HasLeft(state.Primary, state.View))
        {
            // Nobody has waited in vain: were the time-out to double, the restart of one node after the other would make the next real fault a long one.
            Leave(state, state.View.Next, doubles: false);
        }
        else if (!state.IsPrimary && Late(state) is { } late)
        {
            state.Emit(new ReportSuspicion(late, state.Primary));
            Suspect(state, state.View);
        }
        else if (Complaints.EndTheView(state))
        {
            // Nobody has waited for a time-out: the next primary has no worse a start than this one had.
            state.Monitor.OnEvicted();
            Leave(state, state.View.Next, doubles: false);
        }
        else if (!state.IsPrimary && RejoinIsLate(state))
        {
            // Only a peer's word says that anyone waits: were the time-out to double, a liar could make the next real fault a long one.
            Leave(state, state.View.Next, doubles: false);
        }
    }

    /// <summary>The node is about to stop: this replica leaves every view that it leads.</summary>
    public static void OnRetire(ReplicaState state)
    {
        state.Retires = true;
        state.Reservation.Retire(state);
    }

    /// <summary>The primary of this view does not do its work, or contradicts itself.</summary>
    public static void Suspect(ReplicaState state, View view)
    {
        if (state.Active && state.View == view) Leave(state, view.Next);
    }

    public static void On(ReplicaState state, Verified<ViewChange> viewChange)
    {
        if (!state.ViewChanges.TryAdd(viewChange, out var contradicted))
        {
            if (contradicted is null) return;
            state.Reject(RejectionKind.Equivocation, viewChange.Signer);
            state.Emit(new ReportEquivocation(contradicted.Signed, viewChange.Signed));
            return;
        }

        foreach (var certificate in viewChange.Statement.Prepared) Contradictions.Find(state, certificate);
        Join(state);
    }

    /// <summary>Goes where w others have gone, and opens the view when it is this replica's to open.</summary>
    public static void Join(ReplicaState state)
    {
        if (state.ViewChanges.JoinView(state.View, state.Self) is { } view)
        {
            // Who complained and hears of the others' leaving before its own next tick has evicted the primary as they have.
            var evicted = state.Active && state.Complaints.IsSaid && view == state.View.Next;
            if (evicted) state.Monitor.OnEvicted();
            Leave(state, view, doubles: !evicted);
        }

        OpenIfQuorum(state);
    }

    /// <summary>Stops voting in all views before <paramref name="next"/>, and says what is known here.</summary>
    private static void Leave(ReplicaState state, View next, bool doubles = true)
    {
        Invariant.Holds(next > state.View);
        if (state.IsForgetful) return; // What it knows is not what it once knew: its ViewChange could hide a committed batch.
        state.View = next;
        state.Active = false;
        state.Timer.OnLeave(doubles);
        var viewChange = new ViewChange(next, state.Checkpoints.Certificate, Prepared(state));
        state.ViewChanges.Pledged = viewChange;
        state.Emit(new Persist(new ViewChangeRecord(viewChange)));
        state.Emit(new Broadcast(viewChange));
        state.Emit(new ViewChanged(next, Active: false));
    }

    private static void OnTickBetweenViews(ReplicaState state)
    {
        if (!state.Timer.NewViewIsLate(state.Ticks))
        {
            OpenIfQuorum(state);
            return;
        }

        if (!state.IsPrimary) state.Emit(new ReportSuspicion(SuspicionKind.NewViewLate, state.Primary));
        Leave(state, state.View.Next);
    }

    // What the primary owes for too long, or null.
    private static SuspicionKind? Late(ReplicaState state)
    {
        if (state.Pool.OldestTick is { } oldest && state.Timer.RequestIsLate(oldest, state.Ticks)) return SuspicionKind.NoProgress;
        if (SomeoneIsStarved(state)) return SuspicionKind.ClientStarved;
        return state.Expiry.OwedTick is { } owed && state.Timer.RequestIsLate(owed, state.Ticks) ? SuspicionKind.ExpiryLate : null;
    }

    private static bool SomeoneIsStarved(ReplicaState state)
    {
        if (state.Ticks % state.Config.StatusIntervalTicks != 0) return false; // Under a flood many must be looked at.
        foreach (var entry in state.Pool.Pending)
        {
            if (!state.Timer.RequestIsStarved(entry.Arrived.Tick)) return false; // What is behind it came later.
            if (entry.OwedSince is { } since && state.Timer.RequestIsStarved(since.Tick)) return true;
        }

        return false;
    }

    // A primary that is about to stop, or that could not lead for long because it lacks the state. In a group of one there is nobody to lead in its place.
    private static bool MayLeave(ReplicaState state) =>
        (state.Retires || (state.IsStateMissing && !state.IsForgetful)) && state.Leaders.Primary(state.View.Next) != state.Self;

    // A replica that lost its disk waits for positions to move on, and no client may be waiting with it. That too is work that a primary owes.
    private static bool RejoinIsLate(ReplicaState state) =>
        state.Pool.PendingCount == 0 && state.Peers.SomeoneRejoins(state.Ticks, 5 * state.Config.StatusIntervalTicks) && state.Timer.RequestIsLate(state.Peers.LastExecutedTick, state.Ticks);

    private static ImmutableArray<OrderingCertificate> Prepared(ReplicaState state)
    {
        if (PlantedBugs.Has(PlantedBug.PreparedForgotten)) return [];
        var prepared = ImmutableArray.CreateBuilder<OrderingCertificate>();
        foreach (var slot in state.Slots.From(state.Low.Next, state.High))
        {
            // A certificate of this view or a later one, had from a peer, has no place in it: the others would refuse it all.
            if (slot.Reported is { } certificate && certificate.Vote.View < state.View) prepared.Add(certificate);
        }

        return prepared.ToImmutable();
    }

    private static void OpenIfQuorum(ReplicaState state)
    {
        if (state.Active || state.IsForgetful) return;
        // Those that are further on count too: they will not come back to help open this view, so it must not be waited for without end.
        if (state.ViewChanges.CountFrom(state.View) >= state.Group.Quorum) state.Timer.OnViewChangeQuorum(state.Ticks);
        if (!state.IsPrimary || state.ViewChanges.Opened >= state.View) return; // One NewView per view: a second would be equivocation.
        if (Chosen(state) is not { IsEmpty: false } chosen) return;
        state.ViewChanges.Opened = state.View;
        var carried = NewViewSelection.Select([.. chosen.Select(each => each.Statement)]);
        state.Emit(new Broadcast(new NewView(state.View, [.. chosen.Select(each => each.Signed)], carried)));
    }

    // A quorum, those first that name no batch which is not held here. What nobody has is named by liars alone (Slot.Reported): a view that carries it waits for it
    // in vain, so the primary rather waits for the others, as long as there is time for it.
    private static ImmutableArray<Verified<ViewChange>> Chosen(ReplicaState state)
    {
        var viewChanges = state.ViewChanges.For(state.View).Select(each => (Said: each, Missing: CountMissing(state, each.Statement))).OrderBy(each => each.Missing).ToList();
        var best = viewChanges.Take(state.Group.Quorum).ToList();
        var maySomebodyCome = viewChanges.Count < state.Group.Replicas && !state.Timer.NewViewIsHalfLate(state.Ticks);
        if (best.Count < state.Group.Quorum || (maySomebodyCome && best.Exists(each => each.Missing > 0))) return [];
        return [.. best.Select(each => each.Said).OrderBy(each => each.Signer.Index)];
    }

    private static int CountMissing(ReplicaState state, ViewChange viewChange) =>
        viewChange.Prepared.Count(certificate => state.InWindow(certificate.Vote.Sequence) && !Holds(state, certificate.Vote));

    private static bool Holds(ReplicaState state, OrderingVote vote) =>
        vote.Batch == Batch.Null.Digest || state.IsLetGo(vote.Sequence) || state.Slots.Find(vote.Sequence)?.Find(vote.Batch) is not null;
}
