// protocol.md section 5, step 4: in sequence order, when the commit certificate is held.
using System.Collections.Immutable;
using KvStore.Consensus.Checkpointing;
using KvStore.Protocol;

namespace KvStore.Consensus.NormalCase;

/// <summary>Executes what is committed, in order.</summary>
internal static class Execution
{
    /// <summary>Executes every slot that is committed, whose predecessor is executed and whose bodies are held.</summary>
    public static void ExecuteReady(ReplicaState state)
    {
        while (!state.IsStateMissing && state.Slots.Find(state.Executed.Next) is { } slot)
        {
            if (slot.CommittedBatch is not { } batch || state.Fetcher.MissingBodies(state, slot, batch)) return;
            Execute(state, slot, batch);
        }
    }

    private static void Execute(ReplicaState state, Slot slot, Batch batch)
    {
        Invariant.Holds(!slot.IsExecuted && slot.Sequence == state.Executed.Next);
        ImmutableArray<VerifiedRequest> bodies = [.. batch.Requests.Select(digest => state.Pool.Find(digest)!)];
        if (slot.Logged != batch.Digest)
        {
            // A checkpoint vote needs the means to rebuild the state on this disk (section 11), and this batch was not logged when it was accepted: another one was, or none.
            state.Emit(new PersistLater(new CommittedRecord(slot.Committed!, batch, [.. bodies.Select(body => body.Request)])));
            slot.Logged = batch.Digest;
        }

        Proposals.Pin(state, slot, batch);
        state.Emit(new Execute(slot.Sequence, slot.Committed!, batch, bodies, AudienceOf(state, batch)));
        slot.ExecutedBodies = bodies;
        state.Slots.CountExecuted(slot);
        state.Executed = slot.Sequence;
        state.HighestCommitVote = SequenceNumber.Max(state.HighestCommitVote, slot.Sequence);
        state.LatestBatchTime = Timestamp.Max(state.LatestBatchTime, batch.Time);
        var servedSomeone = false;
        foreach (var digest in batch.Requests)
        {
            if (state.Pool.FindWaiting(digest) is not { } entry) continue;
            servedSomeone = true;
            if (entry.OwedSince is not { } since) continue;
            state.Timer.OnServed(since.Tick);
            if (slot.CommitVoted) state.Monitor.OnServed(state, entry); // What is caught up with says when this replica got it, and nothing of the primary.
        }

        // After all of them were looked at: as they go, those behind them get their turn, and will not have waited for it.
        foreach (var digest in batch.Requests) state.Pool.MarkExecuted(digest, state.Now);

        // Only what serves a client counts as progress: a primary that orders nothing but empty batches is no better than a silent one.
        // What lets keys expire counts only while no client waits, or keys that expire all the time would excuse a primary that serves nobody.
        var expires = state.Pool.PendingCount == 0 && state.Expiry.IsDueAt(batch.Time);
        if (servedSomeone || expires) state.Timer.OnProgress(state.Ticks, state.Active);
        state.Peers.OnExecuted(state.Ticks);
        Checkpoints.OnExecuted(state, slot.Sequence);
    }

    // Where a request came from is where its client waits; a body that came in other ways, or waited long, may have a client anywhere.
    private static ReplicaSet AudienceOf(ReplicaState state, Batch batch)
    {
        var audience = default(ReplicaSet);
        foreach (var digest in batch.Requests)
        {
            var entry = state.Pool.FindWaiting(digest);
            audience = audience.Union(entry is null || state.Timer.ShouldForward(entry.Arrived.Tick, state.Ticks) ? ReplicaSet.All : entry.Origins);
        }

        return audience;
    }
}
