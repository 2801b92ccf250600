using System.Collections.Immutable;
using KvStore.Consensus.NormalCase;
using KvStore.Consensus.Recovery;
using KvStore.Protocol;

namespace KvStore.Consensus.CatchingUp;

/// <summary>Answers peers' questions from what is held, within each peer's share, and takes what was asked for.</summary>
internal static class Serving
{
    private const long AnswerBytesMax = 4 * 1024 * 1024;
    private const int CheapAnswer = 1;
    private const int DearAnswer = 32;

    public static void OnQuestion(ReplicaState state, ReplicaId from, PeerMessage question)
    {
        if (!state.Peers.MayServe(from, state.Ticks, question is ReadIndexQuery ? CheapAnswer : DearAnswer))
        {
            state.Reject(RejectionKind.OverQuota, from);
            return;
        }

        switch (question)
        {
            case FetchRequestsMessage it: SendRequests(state, from, it.Requests); break;
            case FetchBatchesMessage it: SendBatches(state, from, it.Batches); break;
            case FetchChunkMessage it: state.Emit(new ServeChunk(from, it.Checkpoint, it.From)); break;
            case RecallMessage it: Recall.Answer(state, from, it); break;
            case ReadIndexQuery it: AnswerReadIndex(state, from, it.Round); break;
            default: state.Reject(RejectionKind.Malformed, from); break;
        }
    }

    /// <summary>Batches come back by digest, so they need no other proof; the slots that name them take them.</summary>
    public static void OnBatches(ReplicaState state, ReplicaId from, ImmutableArray<Batch> batches)
    {
        if (!state.Peers.MayServe(from, state.Ticks, DearAnswer))
        {
            state.Reject(RejectionKind.OverQuota, from);
            return;
        }

        var byDigest = new LookupTable<Digest, Batch>();
        foreach (var batch in batches) byDigest[batch.Digest] = batch;
        foreach (var slot in state.Slots.All.ToList())
        {
            slot.HoldNamed(byDigest);
            if (!slot.IsExecuted || !slot.Accepted) Proposals.TryAccept(state, slot);
        }

        Execution.ExecuteReady(state);
    }

    public static void OnCommitted(ReplicaState state, ReplicaId from, VerifiedCommitted committed)
    {
        var sequence = committed.Certificate.Vote.Sequence;
        if (sequence <= state.Executed) return;
        // Nobody correct commits more than a window above a checkpoint that is stable, so whoever is that far on must hear of a later one first.
        var window = (ulong)state.Config.Window;
        var last = SequenceNumber.Min(state.Executed.Plus(window), SequenceNumber.Max(state.Checkpoints.Certified, state.Low).Plus(2 * window));
        if (sequence > last)
        {
            state.Reject(RejectionKind.OutOfWindow, from);
            return;
        }

        Contradictions.Find(state, new OrderingCertificate(committed.Certificate));
        var slot = state.Slots.FindOrAdd(sequence, state.Group, state.Ticks);
        slot.Commit(committed.Certificate);
        slot.Hold(committed.Batch);
        Execution.ExecuteReady(state);
    }

    private static void SendRequests(ReplicaState state, ReplicaId to, ImmutableArray<Digest> digests)
    {
        var requests = ImmutableArray.CreateBuilder<Request>();
        var bytes = 0L;
        foreach (var digest in digests)
        {
            if (state.Pool.Find(digest) is not { } request) continue;
            bytes += request.Request.Weight;
            if (requests.Count > 0 && bytes > AnswerBytesMax) break;
            requests.Add(request.Request);
        }

        if (requests.Count > 0) state.Emit(new Send(to, new RequestsMessage(requests.ToImmutable())));
    }

    private static void SendBatches(ReplicaState state, ReplicaId to, ImmutableArray<Digest> digests)
    {
        var wanted = new SortedSet<Digest>(digests);
        var batches = ImmutableArray.CreateBuilder<Batch>();
        var bytes = 0L;
        foreach (var slot in state.Slots.All)
        {
            foreach (var digest in slot.NamedDigests)
            {
                if (bytes > AnswerBytesMax || slot.Find(digest) is not { } batch || !wanted.Remove(digest)) continue;
                batches.Add(batch);
                bytes += (long)batch.Requests.Length * Digest.Length;
            }
        }

        if (batches.Count > 0) state.Emit(new Send(to, new BatchesMessage(batches.ToImmutable())));
    }

    // Section 7: the highest position voted to commit, with the certificate that shows it, unless its slot is gone.
    private static void AnswerReadIndex(ReplicaState state, ReplicaId to, ulong round)
    {
        if (state.IsForgetful) return; // It does not know what it voted.
        var highest = state.HighestCommitVote;
        state.Emit(new Send(to, new ReadIndexAnswer(round, highest, state.Slots.Find(highest)?.Prepared)));
    }
}
