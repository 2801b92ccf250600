// PBFT section 4.2, a backup's side of the pre-prepare phase. protocol.md section 5, steps 1 and 2.
using System.Collections.Immutable;
using KvStore.Consensus.Checkpointing;
using KvStore.Consensus.ViewChanging;
using KvStore.Protocol;

namespace KvStore.Consensus.NormalCase;

/// <summary>Takes proposals, gathers what they name, and votes to prepare them.</summary>
internal static class Proposals
{
    private const int PinnedMax = 4;

    public static void On(ReplicaState state, ReplicaId from, VerifiedProposal proposal)
    {
        var statement = proposal.PrePrepare.Statement;
        if (statement.View != state.OpenView || !state.Active)
        {
            state.Early.Keep(state, from, statement.View, proposal);
            return;
        }

        if (proposal.PrePrepare.Signer != state.Primary)
        {
            state.Reject(RejectionKind.WrongRole, from);
            return;
        }

        if (!state.InWindow(statement.Sequence))
        {
            if (statement.Sequence > state.High) state.Reject(RejectionKind.OutOfWindow, from);
            return;
        }

        if (state.IsLetGo(statement.Sequence)) return;
        if (statement.Sequence <= state.CarriedUpTo && state.Slots.Find(statement.Sequence)?.Proposed is null)
        {
            // The group is past it, although this replica is not: the certificate of the checkpoint, not the primary, says what is there.
            state.Reject(RejectionKind.OutOfWindow, from);
            return;
        }

        var slot = state.Slots.FindOrAdd(statement.Sequence, state.Group, state.Ticks);
        if (slot.Proposed is { } earlier) OnSecond(state, slot, earlier, proposal);
        else if (slot.Committed is { } committed && committed.Vote.Batch != statement.Batch) OnContradicted(state, committed, proposal);
        else if (IsAcceptable(state, from, statement.Sequence, proposal.Batch)) OnFirst(state, slot, proposal);
    }

    /// <summary>Votes for the slot's proposal if everything that the vote needs is at hand and was not done yet.</summary>
    public static void TryAccept(ReplicaState state, Slot slot)
    {
        if (!state.Active || state.Recall.IsListening || slot.Accepted || slot.ProposedBatch is not { } batch || state.Fetcher.MissingBodies(state, slot, batch)) return;
        if (state.Reservation.IsForgotten(state.View, slot.Sequence)) return; // The others decide here, or the next view does.
        if (slot.Committed is { } committed && committed.Vote.Batch != batch.Digest) return; // Overtaken: no quorum follows this proposal any more.
        var weight = WeightOf(state, slot, batch);
        if (slot.Committed is null && batch.Requests.Length > 1 && weight > state.Config.BatchBytesMax)
        {
            state.Reject(RejectionKind.Oversized, state.Primary);
            ViewChanger.Suspect(state, state.View);
            return;
        }

        state.Monitor.OnAccepted(slot.Sequence, IsFull(state, batch, weight), state.Ticks);
        Accept(state, slot, batch);
    }

    // More than a correct primary gathers is not accepted. A carried batch was accepted by correct replicas before, so it is light.
    private static long WeightOf(ReplicaState state, Slot slot, Batch batch)
    {
        var weight = 0L;
        if (slot.IsExecuted)
        {
            foreach (var body in slot.ExecutedBodies) weight += body.Request.Weight; // The pool may have let go of them.
        }
        else
        {
            foreach (var digest in batch.Requests) weight += state.Pool.Find(digest)!.Request.Weight;
        }

        return weight;
    }

    // The next request may have been too heavy for a batch that is half full, and no backup knows which was next.
    private static bool IsFull(ReplicaState state, Batch batch, long weight) => batch.Requests.Length >= state.Config.BatchRequestsMax || weight > state.Config.BatchBytesMax / 2;

    /// <summary>Logs the proposal and votes to prepare it. The primary also sends its PrePrepare.</summary>
    public static void Accept(ReplicaState state, Slot slot, Batch batch)
    {
        slot.Accept();
        Pin(state, slot, batch);
        if (!slot.IsExecuted) state.Pool.MarkInFlight(batch); // What was executed here and waits again waits for a batch to come.
        state.LatestBatchTime = Timestamp.Max(state.LatestBatchTime, batch.Time);
        state.Emit(new PersistLater(new ProposalRecord(state.View, slot.Sequence, batch, Bodies(state, slot, batch))));
        if (state.MayVote(state.View, slot.Sequence))
        {
            state.Reservation.Cover(state, slot.Sequence);
            if (state.IsPrimary) state.Emit(new BroadcastProposal(new PrePrepare(state.View, slot.Sequence, batch.Digest), batch));
            state.Carrier.Carry(new Prepare(state.View, slot.Sequence, batch.Digest), state.Effects);
        }

        Votes.TryCommit(state, slot);
    }

    /// <summary>Keeps the batch's bodies in the pool for as long as the slot is held, or until a few later views have put others in its place.</summary>
    public static void Pin(ReplicaState state, Slot slot, Batch batch)
    {
        if (slot.IsExecuted || slot.Pinned.Exists(pinned => pinned.Digest == batch.Digest)) return;
        state.Pool.Pin(batch);
        slot.Pinned.Add(batch);
        if (slot.Pinned.Count <= PinnedMax) return;
        state.Pool.Unpin(slot.Pinned[0]);
        slot.Pinned.RemoveAt(0);
    }

    private static ImmutableArray<Request> Bodies(ReplicaState state, Slot slot, Batch batch) =>
        slot.IsExecuted
            ? [.. slot.ExecutedBodies.Select(body => body.Request)]
            : [.. batch.Requests.Select(digest => state.Pool.Find(digest)!.Request)];

    private static void OnFirst(ReplicaState state, Slot slot, VerifiedProposal proposal)
    {
        slot.Propose(proposal.Batch.Digest, proposal.PrePrepare);
        slot.Hold(proposal.Batch);
        TryAccept(state, slot);
        Execution.ExecuteReady(state);
    }

    // Accepted once per (view, sequence): a second, different PrePrepare is evidence against the primary.
    private static void OnSecond(ReplicaState state, Slot slot, Digest earlier, VerifiedProposal proposal)
    {
        if (earlier == proposal.Batch.Digest)
        {
            slot.PrePrepare ??= proposal.PrePrepare;
            slot.Hold(proposal.Batch);
            TryAccept(state, slot);
            Execution.ExecuteReady(state);
            return;
        }

        state.Reject(RejectionKind.Equivocation, proposal.PrePrepare.Signer);
        if (slot.PrePrepare is { } first) state.Emit(new ReportEquivocation(first.Signed, proposal.PrePrepare.Signed));
        ViewChanger.Suspect(state, state.View);
    }

    // protocol.md section 9: a certificate of this view or an earlier one that names another batch is evidence against the primary. One of a later
    // view is not: this replica lags, and the primary did nothing wrong.
    private static void OnContradicted(ReplicaState state, QuorumCertificate<Commit> committed, VerifiedProposal proposal)
    {
        if (committed.Vote.View > state.View) return;
        state.Reject(RejectionKind.Equivocation, proposal.PrePrepare.Signer);
        ViewChanger.Suspect(state, state.View);
    }

    private static bool IsAcceptable(ReplicaState state, ReplicaId from, SequenceNumber sequence, Batch batch)
    {
        if (batch.Requests.Length > state.Config.BatchRequestsMax)
        {
            state.Reject(RejectionKind.Oversized, from);
            return false;
        }

        var before = state.Slots.Find(new SequenceNumber(sequence.Number - 1))?.ProposedBatch;
        var skew = state.Config.ClockSkewMaxMilliseconds;
        var (time, now) = (batch.Time.UnixMilliseconds, state.Clock.UnixMilliseconds);
        var good = (before is null || batch.Time >= before.Time) && (time <= now ? now - time <= skew : time - now <= skew);
        if (!good) state.Reject(RejectionKind.BadTime, from);
        return good;
    }
}
