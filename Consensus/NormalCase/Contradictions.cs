// docs/accountability.md.
using KvStore.Protocol;

namespace KvStore.Consensus.NormalCase;

/// <summary>
/// What certificates show about those who signed them. A liar that tells each replica one thing contradicts itself before none of them; but what they show each other
/// afterwards carries its signatures. It is evidence and nothing more: the certificate binds all the same.
/// </summary>
internal static class Contradictions
{
    /// <summary>Reports whoever voted otherwise here than the certificate, which was verified, says.</summary>
    public static void Find(ReplicaState state, OrderingCertificate certificate)
    {
        if (state.Slots.Find(certificate.Vote.Sequence) is not { } slot) return;
        if (certificate.Prepares is { } prepares) Find(state, slot.Prepares, prepares);
        else if (certificate.Commits is { } commits) Find(state, slot.Commits, commits);
    }

    private static void Find<TVote>(ReplicaState state, VoteSet<TVote> votes, QuorumCertificate<TVote> certificate)
        where TVote : OrderingVote
    {
        foreach (var part in certificate.Signatures)
        {
            if (votes.Of(part.Signer) is not { } earlier || earlier.Statement.View != certificate.Vote.View || earlier.Statement.Batch == certificate.Vote.Batch) continue;
            state.Emit(new ReportEquivocation(earlier.Signed, new Signed<TVote>(certificate.Vote, part.Signer, part.Signature)));
        }
    }
}
