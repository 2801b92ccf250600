using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>How one request of a batch ended.</summary>
/// <param name="Request">The request's digest.</param>
/// <param name="Result">The result, as every replica computes it.</param>
/// <param name="Replayed">Whether the request was executed before, and this is its first result again.</param>
public readonly record struct RequestOutcome(Digest Request, OperationResult Result, bool Replayed);

/// <summary>A batch that was executed.</summary>
/// <param name="Sequence">Its place in the order.</param>
/// <param name="Batch">Its digest.</param>
/// <param name="Time">The time that execution saw: the larger of the batch's and its predecessor's. protocol.md section 5.</param>
/// <param name="Outcomes">One for each request, in the order of the batch.</param>
/// <param name="ResultsRoot">The Merkle root over the leaves <c>request digest ‖ result</c>, in the order of the batch.</param>
/// <param name="LedgerRoot">The Merkle root over all executed batches, this one included.</param>
/// <param name="View">What can be read after it.</param>
public sealed record ExecutedBatch(
    SequenceNumber Sequence,
    Digest Batch,
    Timestamp Time,
    ImmutableArray<RequestOutcome> Outcomes,
    Digest ResultsRoot,
    Digest LedgerRoot,
    ShardView View)
{
    /// <summary>What the batch changed, in order.</summary>
    public ImmutableArray<KeyChange> Changes { get; init; } = [];

    /// <summary>The leaf of the results root for a result: what a receipt's Merkle path starts from.</summary>
    public static Digest ResultLeaf(Digest request, OperationResult result) => new ResultEncoder().LeafOf(request, result);

    /// <summary>The ledger's leaf for a batch: LeafHash(sequence (u64) ‖ batch digest ‖ time (u64) ‖ results root).</summary>
    public static Digest LedgerLeaf(SequenceNumber sequence, Digest batch, Timestamp time, Digest resultsRoot)
    {
        var writer = new CanonicalWriter(2 * (sizeof(ulong) + Digest.Length));
        writer.Sequence(sequence);
        writer.Digest(batch);
        writer.Time(time);
        writer.Digest(resultsRoot);
        return MerkleTree.LeafHash(writer.Written);
    }
}
