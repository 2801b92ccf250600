// PBFT section 4.4, the side that enters a view. protocol.md section 9.
using KvStore.Consensus.CatchingUp;
using KvStore.Consensus.Checkpointing;
using KvStore.Consensus.NormalCase;
using KvStore.Protocol;

namespace KvStore.Consensus.ViewChanging;

/// <summary>Enters a view by its NewView.</summary>
internal static class ViewOpener
{
    public static void On(ReplicaState state, ReplicaId from, Verified<NewView> newView)
    {
        var view = newView.Statement.View;
        if (view < state.View || (view == state.View && state.Active))
        {
            ReportSecond(state, newView);
            return;
        }

        if (NewViewVerifier.Judge(newView, state.Leaders) is { } rejection)
        {
            state.Reject(rejection, from);
            return;
        }

        if (state.Slots.All.Any(slot => slot.Prepared is { } known && known.Vote.View > view))
        {
            // A quorum has been in a later view, which may have committed what this NewView, kept back until now, contradicts.
            state.Reject(RejectionKind.WrongView, from);
            return;
        }

        Enter(state, newView);
        state.Emit(new ViewChanged(view, Active: true));
        state.Emit(new SendToAll(StatusReports.Own(state)));
        foreach (var slot in state.Slots.From(state.Low.Next, state.High).ToList()) Proposals.TryAccept(state, slot);
        Execution.ExecuteReady(state);
        foreach (var (sender, message) in state.Early.Take(view)) Replica.OnMessage(state, sender, message);
    }

    /// <summary>Sets the replica into the view; the log is written before anything is said in it.</summary>
    public static void Enter(ReplicaState state, Verified<NewView> newView)
    {
        var statement = newView.Statement;
        state.View = statement.View;
        state.OpenView = statement.View;
        state.Active = true;
        state.ViewChanges.Opening = newView;
        state.ViewChanges.Pledged = null;
        state.Timer.OnOpened(state.Ticks);
        state.Monitor.OnOpened(state.Ticks);
        state.Emit(new Persist(new NewViewRecord(newView.Signed)));
        foreach (var slot in state.Slots.All) slot.BeginView(state.Ticks);
        foreach (var carried in statement.Carried) Carry(state, carried);
        var stable = NewViewSelection.HighestStable([.. statement.ViewChanges.Select(signed => signed.Statement)]);
        ForgetWhatWasNotCarried(state, statement, stable?.Vote.Sequence ?? SequenceNumber.Genesis);
        MarkInFlight(state);
        // Last, because it may replace the log by what the slots say, and they must already say what they are in this view.
        if (stable is not null) Checkpoints.OnCertificate(state, stable);
    }

    private static void Carry(ReplicaState state, CarriedBatch carried)
    {
        var slot = state.InWindow(carried.Sequence) && !state.IsLetGo(carried.Sequence) ? state.Slots.FindOrAdd(carried.Sequence, state.Group, state.Ticks) : state.Slots.Find(carried.Sequence);
        if (slot is null) return; // Beyond this replica's window: it lags, and will catch up by certificates.
        // Agreement, seen from here: what is committed is what every later view carries.
        Invariant.Holds(slot.Committed is null || slot.Committed.Vote.Batch == carried.Batch);
        slot.Propose(carried.Batch, prePrepare: null);
    }

    // Nothing above what the NewView carries can have been committed before, so an earlier commit vote there does not bind a reader.
    private static void ForgetWhatWasNotCarried(ReplicaState state, NewView statement, SequenceNumber stable)
    {
        var last = statement.Carried.IsEmpty ? stable : statement.Carried[^1].Sequence;
        state.HighestCommitVote = SequenceNumber.Max(state.Executed, SequenceNumber.Min(state.HighestCommitVote, last));
        state.NextProposal = SequenceNumber.Max(last, state.Executed).Next;
        state.CarriedUpTo = last;
    }

    private static void MarkInFlight(ReplicaState state)
    {
        state.Pool.ClearInFlight();
        foreach (var slot in state.Slots.All)
        {
            if (!slot.IsExecuted && slot.ProposedBatch is { } batch) state.Pool.MarkInFlight(batch);
        }
    }

    private static void ReportSecond(ReplicaState state, Verified<NewView> newView)
    {
        var opening = state.ViewChanges.Opening;
        var contradicts = opening is not null && opening.Statement.View == newView.Statement.View && opening.Signer == newView.Signer
            && opening.Signed.Signature != newView.Signed.Signature;
        if (!contradicts) return;
        state.Reject(RejectionKind.Equivocation, newView.Signer);
        state.Emit(new ReportEquivocation(opening!.Signed, newView.Signed));
    }
}
