using System.Collections.Immutable;

namespace KvStore.Protocol;

/// <summary>The type byte of a message between replicas. Numbers never change.</summary>
public enum MessageKind : byte
{
    /// <summary>See <see cref="StatementMessage"/>.</summary>
    Statement = 1,

    /// <summary>See <see cref="ProposalMessage"/>.</summary>
    Proposal = 2,

    /// <summary>See <see cref="RequestsMessage"/>.</summary>
    Requests = 3,

    /// <summary>See <see cref="FetchRequestsMessage"/>.</summary>
    FetchRequests = 4,

    /// <summary>See <see cref="FetchBatchesMessage"/>.</summary>
    FetchBatches = 5,

    /// <summary>See <see cref="BatchesMessage"/>.</summary>
    Batches = 6,

    /// <summary>See <see cref="StatusMessage"/>.</summary>
    Status = 7,

    /// <summary>See <see cref="CommittedMessage"/>.</summary>
    Committed = 8,

    /// <summary>See <see cref="StableMessage"/>.</summary>
    Stable = 9,

    /// <summary>See <see cref="FetchChunkMessage"/>.</summary>
    FetchChunk = 10,

    /// <summary>See <see cref="ChunkMessage"/>.</summary>
    Chunk = 11,

    /// <summary>See <see cref="ReadIndexQuery"/>.</summary>
    ReadIndexQuery = 12,

    /// <summary>See <see cref="ReadIndexAnswer"/>.</summary>
    ReadIndexAnswer = 13,

    /// <summary>See <see cref="RecallMessage"/>.</summary>
    Recall = 14,

    /// <summary>See <see cref="RecalledMessage"/>.</summary>
    Recalled = 15,

    /// <summary>See <see cref="ComplaintMessage"/>.</summary>
    Complaint = 16,
}

/// <summary>
/// What one replica sends another. Statements carry a signature of their own; the rest is proven by digests or certificates, or is a
/// question whose sender the transport authenticates.
/// </summary>
public abstract record PeerMessage
{
    /// <summary>Digests in one question, at most.</summary>
    public const int FetchMax = 1024;

    /// <summary>The type byte.</summary>
    public abstract MessageKind Kind { get; }
}

/// <summary>A vote, a ViewChange or a NewView.</summary>
public sealed record StatementMessage(Signed Signed) : PeerMessage
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.Statement;
}

/// <summary>A PrePrepare with the batch that it names.</summary>
public sealed record ProposalMessage(Signed<PrePrepare> PrePrepare, Batch Batch) : PeerMessage
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.Proposal;
}

/// <summary>Bodies of requests: passed on, or asked for.</summary>
public sealed record RequestsMessage(ImmutableArray<Request> Requests) : PeerMessage
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.Requests;
}

/// <summary>I lack the bodies of these requests.</summary>
public sealed record FetchRequestsMessage(ImmutableArray<Digest> Requests) : PeerMessage
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.FetchRequests;
}

/// <summary>I lack these batches.</summary>
public sealed record FetchBatchesMessage(ImmutableArray<Digest> Batches) : PeerMessage
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.FetchBatches;
}

/// <summary>Batches that were asked for by digest.</summary>
public sealed record BatchesMessage(ImmutableArray<Batch> Batches) : PeerMessage
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.Batches;
}

/// <summary>
/// Where the sender stands; sent at intervals, and when it changes much. Whoever is further on sends what the sender lacks: this is how lost
/// messages are sent again (Castro &amp; Liskov, TOCS 2002, section 5.2, "status messages").
/// </summary>
/// <param name="View">The view that the sender is in, or moves to.</param>
/// <param name="Active">Whether that view is open to it.</param>
/// <param name="Stable">Its stable checkpoint.</param>
/// <param name="Executed">What it has executed.</param>
/// <param name="RetainedFrom">The first executed position whose batch it still holds.</param>
/// <param name="Rejoining">Whether it has lost its disk and does not vote yet.</param>
public sealed record StatusMessage(View View, bool Active, SequenceNumber Stable, SequenceNumber Executed, SequenceNumber RetainedFrom, bool Rejoining)
    : PeerMessage
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.Status;
}

/// <summary>
/// The sender finds the primary of the view too slow, or hears so from f+1 others; said again at intervals while that is so. Nobody else ever sees it, so that it
/// needs no signature: the transport says whose it is.
/// </summary>
public sealed record ComplaintMessage(View View) : PeerMessage
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.Complaint;
}

/// <summary>A batch with its commit certificate.</summary>
public sealed record CommittedMessage(QuorumCertificate<Commit> Certificate, Batch Batch) : PeerMessage
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.Committed;
}

/// <summary>The certificate of a stable checkpoint.</summary>
public sealed record StableMessage(QuorumCertificate<Checkpoint> Certificate) : PeerMessage
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.Stable;
}

/// <summary>Send me the records of the checkpoint's state from this place of the map on.</summary>
public sealed record FetchChunkMessage(SequenceNumber Checkpoint, Digest From) : PeerMessage
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.FetchChunk;
}

/// <summary>Records of a checkpoint's state with their proof; empty when the sender does not hold that state any more.</summary>
public sealed record ChunkMessage(SequenceNumber Checkpoint, Digest From, ReadOnlyMemory<byte> Content) : PeerMessage
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.Chunk;
}

/// <summary>What is the highest position that you voted to commit? protocol.md section 7.</summary>
/// <param name="Round">The asker's number of the question; the answer repeats it.</param>
public sealed record ReadIndexQuery(ulong Round) : PeerMessage
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.ReadIndexQuery;
}

/// <summary>The highest position that the sender voted to commit, proven by a certificate unless it has executed it.</summary>
public sealed record ReadIndexAnswer(ulong Round, SequenceNumber Sequence, OrderingCertificate? Certificate) : PeerMessage
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.ReadIndexAnswer;
}
