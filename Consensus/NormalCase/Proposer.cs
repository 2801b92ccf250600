// PBFT section 4.2, the primary's side of the pre-prepare phase; batching as in TOCS 2002 section 5.1.4, without timers.
using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Consensus.NormalCase;

/// <summary>Proposes batches while this replica leads.</summary>
internal static class Proposer
{
    /// <summary>Proposes what has gathered, as far as the pipeline and the watermarks have room.</summary>
    public static void ProposeGathered(ReplicaState state)
    {
        while (MayPropose(state) && IsWorthwhile(state))
        {
            var requests = Gather(state);
            if (requests.Count == 0) return;
            Propose(state, requests);
        }
    }

    /// <summary>
    /// Proposes an empty batch, so that positions and batch time move on although no client asks for anything: a replica that lost its disk votes again
    /// only above a certain position, and a key expires with a batch.
    /// </summary>
    public static void ProposeFiller(ReplicaState state)
    {
        if (MayPropose(state) && state.Pool.PendingCount == 0 && state.NextProposal == state.Executed.Next) Propose(state, []);
    }

    /// <summary>Whether a key expires with a batch that this replica would propose now.</summary>
    public static bool WouldExpire(ReplicaState state) => state.Expiry.IsDueAt(TimeOfNext(state));

    /// <summary>Whether the next request that comes would be proposed at once.</summary>
    public static bool WaitsForRequests(ReplicaState state) => HasRoom(state) && state.Pool.Ready.Count == 0 && IsWorthwhile(state);

    private static Timestamp TimeOfNext(ReplicaState state) => Timestamp.Max(state.LatestBatchTime, state.Clock);

    private static bool HasRoom(ReplicaState state)
    {
        if (!state.Active || !state.IsPrimary || state.IsForgetful) return false;
        var next = SequenceNumber.Max(state.NextProposal, state.Executed.Next);
        if (!state.InWindow(next) || !state.MayVote(state.View, next) || state.Reservation.IsForgotten(state.View, next) || next.Number - state.Executed.Number > (ulong)state.Config.PipelineDepth) return false;
        // A new primary must know the times of the batches that it carries over before it proposes later ones.
        var before = state.Slots.Find(new SequenceNumber(next.Number - 1));
        return next <= state.Executed.Next || before is { Accepted: true };
    }

    // What a batch costs hardly depends on its size. So while one is under way, the next one waits until it carries as much as those: under load batches
    // grow, and a request never waits longer than for what is before it.
    private static bool IsWorthwhile(ReplicaState state) =>
        state.NextProposal == state.Executed.Next || state.Pool.Ready.Count >= WorthwhileCount(state);

    // One that is full can't grow any more; what is large may fill one with few.
    private static int WorthwhileCount(ReplicaState state) =>
        state.Pool.DueBytes >= state.Config.BatchBytesMax ? 1 : Math.Min(state.Pool.InFlightCount, state.Config.BatchRequestsMax);

    private static bool MayPropose(ReplicaState state)
    {
        if (!HasRoom(state)) return false;
        state.NextProposal = SequenceNumber.Max(state.NextProposal, state.Executed.Next);
        return true;
    }

    private static List<VerifiedRequest> Gather(ReplicaState state)
    {
        var requests = new List<VerifiedRequest>();
        var bytes = 0L;
        foreach (var entry in InTurn(state))
        {
            bytes += entry.Weight;
            if (requests.Count > 0 && bytes > state.Config.BatchBytesMax) break;
            requests.Add(entry.Request);
            if (requests.Count == state.Config.BatchRequestsMax) break;
        }

        return requests;
    }

    // Where more is ready than a batch takes, first those before which least of their client had its turn: who comes waits for no more than one batch.
    private static IEnumerable<RequestPool.Entry> InTurn(ReplicaState state) =>
        state.Pool.Ready.Count <= state.Config.BatchRequestsMax && state.Pool.DueBytes <= state.Config.BatchBytesMax ? state.Pool.Ready : state.Pool.Ready.OrderBy(entry => entry.Turn);

    private static void Propose(ReplicaState state, List<VerifiedRequest> requests)
    {
        var batch = new Batch(TimeOfNext(state), [.. requests.Select(request => request.Digest)]);
        var slot = state.Slots.FindOrAdd(state.NextProposal, state.Group, state.Ticks);
        state.NextProposal = state.NextProposal.Next;
        slot.Propose(batch.Digest, prePrepare: null);
        slot.Hold(batch);
        Proposals.Accept(state, slot, batch);
    }
}
