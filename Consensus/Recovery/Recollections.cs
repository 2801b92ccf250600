// docs/divergence.md, "A replica that was restored from an old copy".
using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Consensus.Recovery;

/// <summary>What a replica's log says that it has said, and what its peers hold of it beyond that.</summary>
internal static class Recollections
{
    /// <summary>What this replica's log knows; asked before anything is said or taken in this run.</summary>
    public static Recollection Own(ReplicaState state)
    {
        var committed = state.Slots.From(state.Low.Next, state.High).Where(slot => slot.CommitVoted).Select(slot => slot.Sequence);
        return new Recollection(state.View, state.OpenView, state.Low, state.Executed, state.Reservation.UpToIn(state.OpenView), [.. committed]);
    }

    /// <summary>What this replica holds of a peer's statements that the peer does not know of; a few, if there are more.</summary>
    public static ImmutableArray<Signed> Unknown(ReplicaState state, ReplicaId peer, Recollection known) =>
        [.. Held(state, peer, known.Stable).Where(signed => !known.Covers(signed.UntypedStatement)).Take(RecalledMessage.StatementsMax)];

    private static IEnumerable<Signed> Held(ReplicaState state, ReplicaId peer, SequenceNumber above)
    {
        foreach (var slot in state.Slots.Above(above))
        {
            if (slot.PrePrepare is { } proposal && proposal.Signer == peer) yield return proposal.Signed;
            if (slot.Prepares.Of(peer) is { } prepare) yield return prepare.Signed;
            if (slot.Commits.Of(peer) is { } commit) yield return commit.Signed;
            // Certificates are in the logs, and outlive a power cut of all.
            if (slot.Prepared?.Prepares is { } prepared && PartOf(prepared, peer) is { } part) yield return part;
            if (slot.Committed is { } committed && PartOf(committed, peer) is { } vote) yield return vote;
        }

        foreach (var early in state.Early.Of(peer)) yield return early;
        foreach (var checkpoint in state.Checkpoints.OwnVotesAbove(above, peer)) yield return checkpoint;
        if (state.Checkpoints.Certificate is { } stable && PartOf(stable, peer) is { } own) yield return own;
        if (state.ViewChanges.Of(peer) is { } pledge) yield return pledge.Signed;
        if (state.ViewChanges.Opening is not { } opening) yield break;
        if (opening.Signer == peer) yield return opening.Signed;
        foreach (var viewChange in opening.Statement.ViewChanges.Where(each => each.Signer == peer)) yield return viewChange;
    }

    private static Signed<TVote>? PartOf<TVote>(QuorumCertificate<TVote> certificate, ReplicaId peer)
        where TVote : Vote
    {
        foreach (var part in certificate.Signatures)
        {
            if (part.Signer == peer) return new Signed<TVote>(certificate.Vote, peer, part.Signature);
        }

        return null;
    }
}
