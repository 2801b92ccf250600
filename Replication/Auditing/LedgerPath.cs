// RFC 9162 section 2.1.3.1. An entry of the ledger carries the frontier of the tree that it ends, so a path takes a few entries and not all of them.
using System.Collections.Immutable;
using KvStore.Protocol;
using KvStore.Replication.Storing;
using KvStore.StateMachine;

namespace KvStore.Replication.Auditing;

/// <summary>Makes the Merkle path from an executed batch to the root over all batches up to a later one, out of a ledger's entries. It proves nothing by itself.</summary>
/// <param name="entryOf">The entry of a position; throws when there is none.</param>
internal sealed class LedgerPath(Func<ulong, LedgerEntry> entryOf)
{
    private readonly SortedDictionary<(ulong Start, ulong End), Digest> _before = [];

    /// <summary>The hashes from the leaf's sibling to the root's child.</summary>
    /// <param name="position">The batch's position.</param>
    /// <param name="size">The position that the tree reaches up to.</param>
    public ImmutableArray<Digest> Make(ulong position, ulong size)
    {
        _before.Clear();
        if (position > 1) AddPeaks(entryOf(position - 1).Frontier);
        var path = ImmutableArray.CreateBuilder<Digest>();
        Add(path, position - 1, 0, size);
        return path.DrainToImmutable();
    }

    /// <summary>The leaf of an entry's batch.</summary>
    public static Digest LeafOf(LedgerEntry entry) => ExecutedBatch.LedgerLeaf(entry.Sequence, entry.Batch.Digest, entry.Time, entry.ResultsRoot);

    private void Add(ImmutableArray<Digest>.Builder path, ulong index, ulong start, ulong end)
    {
        if (end - start <= 1) return;
        var middle = start + Half(end - start);
        if (index < middle)
        {
            Add(path, index, start, middle);
            path.Add(RootOf(middle, end));
        }
        else
        {
            Add(path, index, middle, end);
            path.Add(RootOf(start, middle));
        }
    }

    // All that lies before the leaf is made of what the frontier before it has: perfect trees, each of which is a node of the path.
    private Digest RootOf(ulong start, ulong end)
    {
        if (_before.TryGetValue((start, end), out var known)) return known;
        var last = entryOf(end);
        if (end - start == 1) return LeafOf(last);
        if (!ulong.IsPow2(end - start))
        {
            var middle = start + Half(end - start);
            return MerkleTree.NodeHash(RootOf(start, middle), RootOf(middle, end));
        }

        // The leaves before the last one are the last perfect trees of the frontier before it.
        var root = LeafOf(last);
        var peaks = entryOf(end - 1).Frontier.Peaks;
        for (var i = 0; i < (int)ulong.Log2(end - start); i++) root = MerkleTree.NodeHash(peaks[^(i + 1)], root);
        return root;
    }

    private void AddPeaks(LedgerFrontier frontier)
    {
        var (start, left) = (0UL, frontier.Size);
        foreach (var peak in frontier.Peaks)
        {
            var width = 1UL << (int)ulong.Log2(left);
            _before[(start, start + width)] = peak;
            (start, left) = (start + width, left - width);
        }
    }

    // The largest power of two that is less than the size, which is more than 1.
    private static ulong Half(ulong size) => 1UL << (int)ulong.Log2(size - 1);
}
