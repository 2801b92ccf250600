using System.Collections.Immutable;

namespace KvStore.Protocol;

/// <summary>A request whose signature has been checked under this cluster. Only <see cref="MessageVerifier"/> makes one.</summary>
public sealed class VerifiedRequest
{
    internal VerifiedRequest(Request request, Digest digest)
    {
        Request = request;
        Digest = digest;
    }

    /// <summary>The request.</summary>
    public Request Request { get; }

    /// <summary>Its digest in this cluster.</summary>
    public Digest Digest { get; }
}

/// <summary>A peer's message of which everything that can be checked without the replica's state has been checked.</summary>
public abstract record VerifiedMessage;

/// <summary>A vote, a ViewChange or a NewView.</summary>
public sealed record VerifiedStatement<TStatement>(Verified<TStatement> Verified) : VerifiedMessage
    where TStatement : Statement;

/// <summary>A proposal: the batch has the digest that the PrePrepare names, and repeats no request.</summary>
public sealed record VerifiedProposal(Verified<PrePrepare> PrePrepare, Batch Batch) : VerifiedMessage;

/// <summary>Bodies of requests.</summary>
public sealed record VerifiedRequests(ImmutableArray<VerifiedRequest> Requests) : VerifiedMessage;

/// <summary>A batch with a commit certificate for its digest.</summary>
public sealed record VerifiedCommitted(QuorumCertificate<Commit> Certificate, Batch Batch) : VerifiedMessage;

/// <summary>The certificate of a stable checkpoint.</summary>
public sealed record VerifiedStable(QuorumCertificate<Checkpoint> Certificate) : VerifiedMessage;

/// <summary>An answer about the read index; its certificate, where it has one, is for its position.</summary>
public sealed record VerifiedReadIndexAnswer(ulong Round, SequenceNumber Sequence, OrderingCertificate? Certificate) : VerifiedMessage;

/// <summary>An answer to a replica that has just started: its statements are signed by who they say.</summary>
public sealed record VerifiedRecalled(RecalledMessage Message) : VerifiedMessage;

/// <summary>A question, a status, or content that only the replica's state can judge: well-formed, nothing more.</summary>
public sealed record PlainMessage(PeerMessage Message) : VerifiedMessage;
