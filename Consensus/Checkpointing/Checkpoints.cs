// PBFT section 4.3, garbage collection. protocol.md section 8.
using KvStore.Consensus.NormalCase;
using KvStore.Consensus.Recovery;
using KvStore.Protocol;

namespace KvStore.Consensus.Checkpointing;

/// <summary>Takes checkpoints, votes for them, and lets go of what a stable one makes needless.</summary>
internal static class Checkpoints
{
    public static void OnExecuted(ReplicaState state, SequenceNumber sequence)
    {
        if (!state.Checkpoints.IsBoundary(sequence)) return;
        Take(state, sequence);
        Prune(state); // A replica that catches up executes towards a checkpoint that it has known for long.
    }

    /// <summary>An idle group checkpoints what is unstable, so that nobody has to keep it, or lacks it, for ever.</summary>
    public static void OnTick(ReplicaState state)
    {
        var idle = state.Pool.PendingCount == 0 && state.Ticks >= state.Peers.LastExecutedTick + state.Config.IdleCheckpointTicks;
        if (idle && state.Executed > state.Low && state.Executed > state.Checkpoints.LastTaken) Take(state, state.Executed);
    }

    public static void OnSnapshotReady(ReplicaState state, SnapshotReady ready)
    {
        if (ready.Sequence <= state.Low || ready.Sequence > state.Executed) return;
        PersistCertificates(state, ready.Sequence);
        var checkpoint = new Checkpoint(ready.Sequence, ready.StateRoot, ready.LedgerRoot);
        state.Checkpoints.RecordOwn(checkpoint);
        // Who listens says nothing yet; Recall says it afterwards.
        if (!state.Recall.IsListening) state.Emit(new Broadcast(checkpoint));
        TryAdvance(state);
    }

    public static void OnVote(ReplicaState state, ReplicaId from, Verified<Checkpoint> vote)
    {
        var sequence = vote.Statement.Sequence;
        if (!state.InWindow(sequence))
        {
            if (sequence > state.High) state.Reject(RejectionKind.OutOfWindow, from);
            return;
        }

        switch (state.Checkpoints.Add(vote))
        {
            case VoteOutcome<Checkpoint>.Quorum quorum:
                OnCertificate(state, quorum.Certificate);
                break;
            case VoteOutcome<Checkpoint>.Conflict conflict:
                state.Reject(RejectionKind.Equivocation, vote.Signer);
                state.Emit(new ReportEquivocation(conflict.Earlier.Signed, vote.Signed));
                break;
        }
    }

    public static void OnCertificate(ReplicaState state, QuorumCertificate<Checkpoint> certificate)
    {
        if (!state.Checkpoints.TakeCertified(certificate)) return;
        state.Rejoin.FindFloor(state);
        TryAdvance(state);
        state.Transfer.OnTarget(state);
        // Also when this replica's own root is still being computed: the group goes on, and what it no longer needs must not gather here.
        Prune(state);
    }

    /// <summary>The state of a checkpoint was fetched and is this replica's own now.</summary>
    public static void OnInstalled(ReplicaState state, SnapshotInstalled installed)
    {
        var sequence = installed.Certificate.Vote.Sequence;
        Invariant.Holds(sequence > state.Low || (state.IsStateMissing && sequence == state.Low));
        state.IsStateMissing = false;
        foreach (var slot in state.Slots.From(sequence.Next, state.Executed))
        {
            if (!slot.IsExecuted) continue;
            // They were executed on a state that was not the group's; they are executed again.
            state.Slots.UncountExecuted(slot);
            slot.ExecutedBodies = default;
        }

        state.Executed = sequence;
        state.LatestBatchTime = Timestamp.Max(state.LatestBatchTime, installed.Time);
        state.HighestCommitVote = SequenceNumber.Max(state.HighestCommitVote, sequence);
        foreach (var digest in installed.ExecutedRequests) state.Pool.MarkExecuted(digest, state.Now);
        Advance(state, installed.Certificate);
        state.Fetcher.Forget();
        Execution.ExecuteReady(state);
    }

    /// <summary>Lets go of slots: all that the bounds do not allow, at or below what is certified.</summary>
    public static void Prune(ReplicaState state)
    {
        var last = SequenceNumber.Max(SequenceNumber.Min(state.Checkpoints.Certified, state.Executed), state.Low);
        foreach (var slot in state.Slots.DropOldest(last, state.Config.RetainedBatchesMax, state.Config.RetainedBytesMax))
        {
            if (slot.IsExecuted && slot.Sequence > Recorded(state)) state.Emit(new PersistLater(CertificateOf(slot) with { Bodies = [.. slot.ExecutedBodies.Select(body => body.Request)] }));
            foreach (var pinned in slot.Pinned) state.Pool.Unpin(pinned);
        }
    }

    // Section 11: a checkpoint vote needs the means to rebuild the state on this disk. The bodies are there; without the commit certificates nobody could
    // tell, in a view that the checkpoint itself opened, which of them were executed.
    private static void PersistCertificates(ReplicaState state, SequenceNumber sequence)
    {
        foreach (var slot in state.Slots.From(Recorded(state).Next, sequence))
        {
            if (slot.IsExecuted) state.Emit(new Persist(CertificateOf(slot)));
        }
    }

    private static CommittedRecord CertificateOf(Slot slot) => new(slot.Committed!, slot.CommittedBatch!, []);

    // The last position whose certificate is in the log, or needed there no more.
    private static SequenceNumber Recorded(ReplicaState state) => SequenceNumber.Max(state.Low, state.Checkpoints.LastOwn);

    private static void Take(ReplicaState state, SequenceNumber sequence)
    {
        state.Checkpoints.LastTaken = sequence;
        state.Emit(new TakeSnapshot(sequence));
    }

    // The group's certificate against this replica's own state at the same position; the highest where both are known, because own roots may come late.
    private static void TryAdvance(ReplicaState state)
    {
        if (state.Checkpoints.HighestWithOwn is not { } certificate) return;
        if (state.Checkpoints.Own(certificate.Vote.Sequence) == certificate.Vote) Advance(state, certificate);
        else state.Transfer.Begin(state, certificate); // The state here is not the group's: damaged, and mended from the others.
    }

    private static void Advance(ReplicaState state, QuorumCertificate<Checkpoint> certificate)
    {
        var settled = state.Low;
        if (certificate.Vote.Sequence > settled) state.Checkpoints.Advance(certificate); // The state of the stable checkpoint itself may have been missing.
        foreach (var slot in state.Slots.From(settled.Next, state.Low)) slot.Settle();
        state.NextProposal = SequenceNumber.Max(state.NextProposal, state.Low.Next);
        Prune(state);
        state.Emit(new Stabilize(certificate, LiveLog.Records(state)));
        foreach (var slot in state.Slots.All) slot.OnLogReplaced();
        state.Transfer.EndIfReached(certificate.Vote.Sequence);
    }
}
