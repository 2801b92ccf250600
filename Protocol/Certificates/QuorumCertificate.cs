using System.Collections.Immutable;

namespace KvStore.Protocol;

/// <summary>One signer's part of a certificate.</summary>
public readonly record struct VoteSignature(ReplicaId Signer, Signature Signature);

/// <summary>
/// A quorum of matching votes. Made from verified votes, or decoded inside this assembly; what was decoded reaches the outside only after
/// <see cref="MessageVerifier"/> has checked every signature of it.
/// </summary>
public sealed class QuorumCertificate<TVote>
    where TVote : Vote
{
    internal QuorumCertificate(TVote vote, ImmutableArray<VoteSignature> signatures)
    {
        Vote = vote;
        Signatures = signatures;
    }

    /// <summary>What all of them voted.</summary>
    public TVote Vote { get; }

    /// <summary>The signatures, ascending by signer.</summary>
    public ImmutableArray<VoteSignature> Signatures { get; }

    /// <summary>Makes a certificate of verified votes.</summary>
    /// <param name="group">The group whose quorum is asked for.</param>
    /// <param name="votes">At least a quorum of equal votes of different signers; more than a quorum are cut to one.</param>
    /// <exception cref="InvariantBrokenException">They are too few, differ, or repeat a signer.</exception>
    public static QuorumCertificate<TVote> Of(GroupConfig group, IEnumerable<Verified<TVote>> votes)
    {
        var ordered = votes.OrderBy(vote => vote.Signer).Take(group.Quorum).ToImmutableArray();
        Invariant.Holds(ordered.Length == group.Quorum);
        var vote = ordered[0].Statement;
        for (var i = 1; i < ordered.Length; i++)
        {
            Invariant.Holds(ordered[i].Statement == vote);
            Invariant.Holds(ordered[i].Signer.Index > ordered[i - 1].Signer.Index);
        }

        return new QuorumCertificate<TVote>(vote, [.. ordered.Select(each => new VoteSignature(each.Signer, each.Signed.Signature))]);
    }

    internal void Encode(CanonicalWriter writer)
    {
        Vote.EncodeFields(writer);
        writer.Count(Signatures.Length);
        foreach (var part in Signatures)
        {
            writer.Replica(part.Signer);
            writer.Signature(part.Signature);
        }
    }
}

/// <summary>
/// Proof that a batch was prepared at a position in a view: its prepare certificate, or its commit certificate, which says more.
/// </summary>
public sealed class OrderingCertificate
{
    /// <summary>From a prepare certificate.</summary>
    public OrderingCertificate(QuorumCertificate<Prepare> prepares)
    {
        Prepares = prepares;
        Vote = prepares.Vote;
    }

    /// <summary>From a commit certificate.</summary>
    public OrderingCertificate(QuorumCertificate<Commit> commits)
    {
        Commits = commits;
        Vote = commits.Vote;
    }

    /// <summary>The prepare certificate, if it is one.</summary>
    public QuorumCertificate<Prepare>? Prepares { get; }

    /// <summary>The commit certificate, if it is one.</summary>
    public QuorumCertificate<Commit>? Commits { get; }

    /// <summary>What the quorum voted.</summary>
    public OrderingVote Vote { get; }

    /// <summary>The signatures, ascending by signer.</summary>
    public ImmutableArray<VoteSignature> Signatures => Prepares?.Signatures ?? Commits!.Signatures;

    internal void Encode(CanonicalWriter writer)
    {
        writer.Bool(Commits is not null);
        Prepares?.Encode(writer);
        Commits?.Encode(writer);
    }
}
