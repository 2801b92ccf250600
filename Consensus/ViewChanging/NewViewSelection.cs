// PBFT section 4.4, the set O; protocol.md section 9.
// From a quorum of ViewChanges follows one set of proposals: above the highest stable checkpoint, for every position, the batch of the
// certificate of the highest view, and an empty batch where there is none.
using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Consensus.ViewChanging;

/// <summary>What a quorum of ViewChanges obliges the new primary to propose. Pure, and recomputed by every replica.</summary>
public static class NewViewSelection
{
    /// <summary>The proposals that follow.</summary>
    /// <param name="viewChanges">A quorum of verified ViewChanges for one view.</param>
    public static ImmutableArray<CarriedBatch> Select(IReadOnlyList<ViewChange> viewChanges)
    {
        var low = HighestStable(viewChanges)?.Vote.Sequence ?? SequenceNumber.Genesis;
        var best = new SortedDictionary<SequenceNumber, OrderingVote>();
        foreach (var viewChange in viewChanges)
        {
            foreach (var certificate in viewChange.Prepared)
            {
                var vote = certificate.Vote;
                if (vote.Sequence <= low) continue;
                if (!best.TryGetValue(vote.Sequence, out var known) || (known.View < vote.View && !PlantedBugs.Has(PlantedBug.NewViewIgnoresHighestView))) best[vote.Sequence] = vote;
            }
        }

        var carried = ImmutableArray.CreateBuilder<CarriedBatch>();
        var last = best.Count == 0 ? low : best.Keys.Last();
        for (var sequence = low.Next; sequence <= last; sequence = sequence.Next)
        {
            carried.Add(new CarriedBatch(sequence, best.TryGetValue(sequence, out var vote) ? vote.Batch : Batch.Null.Digest));
        }

        return carried.ToImmutable();
    }

    /// <summary>The certificate of the highest stable checkpoint among them; null when all are at the genesis.</summary>
    public static QuorumCertificate<Checkpoint>? HighestStable(IReadOnlyList<ViewChange> viewChanges)
    {
        QuorumCertificate<Checkpoint>? highest = null;
        foreach (var viewChange in viewChanges)
        {
            if (viewChange.Stable is { } stable && (highest is null || stable.Vote.Sequence > highest.Vote.Sequence)) highest = stable;
        }

        return highest;
    }
}
