using System.Collections.Immutable;
using System.Numerics;

namespace KvStore.Protocol;

/// <summary>
/// What has to be kept of an append-only Merkle tree to append to it and to know its root: the roots of the perfect subtrees
/// that its size is the sum of. Immutable: a checkpoint keeps one as it is.
/// </summary>
public sealed class LedgerFrontier
{
    private const int PeaksMax = 64;

    private LedgerFrontier(ulong size, ImmutableArray<Digest> peaks)
    {
        Invariant.Holds(peaks.Length == BitOperations.PopCount(size));
        Size = size;
        Peaks = peaks;
    }

    /// <summary>The tree without leaves.</summary>
    public static LedgerFrontier Empty { get; } = new(0, []);

    /// <summary>How many leaves the tree has.</summary>
    public ulong Size { get; }

    /// <summary>The roots of the perfect subtrees, the largest (and leftmost) first: one for each bit set in <see cref="Size"/>.</summary>
    public ImmutableArray<Digest> Peaks { get; }

    /// <summary>The tree's root, equal to <see cref="MerkleTree.Root"/> over all leaves. Takes at most 63 hashes.</summary>
    public Digest Root
    {
        get
        {
            if (Peaks.IsEmpty) return MerkleTree.EmptyRoot;
            var root = Peaks[^1];
            for (var i = Peaks.Length - 2; i >= 0; i--) root = MerkleTree.NodeHash(Peaks[i], root);
            return root;
        }
    }

    /// <summary>The tree with one leaf more.</summary>
    /// <param name="leafHash">The leaf, hashed by <see cref="MerkleTree.LeafHash"/>.</param>
    /// <exception cref="OverflowException">The tree has 2^64 - 1 leaves.</exception>
    public LedgerFrontier Append(Digest leafHash)
    {
        // As in binary addition: the new leaf merges with each peak of equal size, and those are the size's trailing ones.
        var size = Size + 1;
        var kept = Peaks.Length - BitOperations.TrailingZeroCount(size);
        var peak = leafHash;
        for (var i = Peaks.Length - 1; i >= kept; i--) peak = MerkleTree.NodeHash(Peaks[i], peak);
        return new LedgerFrontier(size, [.. Peaks.AsSpan(0, kept), peak]);
    }

    /// <summary>Appends the canonical encoding: the size, and the list of peaks.</summary>
    public void Encode(CanonicalWriter writer)
    {
        writer.UInt64(Size);
        writer.Count(Peaks.Length);
        foreach (var peak in Peaks) writer.Digest(peak);
    }

    /// <summary>Reads what <see cref="Encode"/> wrote. Fails the reader, and gives <see cref="Empty"/>, unless there is one peak for each bit set in the size.
    /// Whether the peaks are the right ones is the caller's question, to be asked of <see cref="Root"/>.</summary>
    public static LedgerFrontier Decode(ref CanonicalReader reader)
    {
        var size = reader.UInt64();
        var count = reader.Count(PeaksMax, Digest.Length);
        reader.Require(count == BitOperations.PopCount(size));
        if (reader.Failed) return Empty;
        var peaks = ImmutableArray.CreateBuilder<Digest>(count);
        for (var i = 0; i < count; i++) peaks.Add(reader.Digest());
        return new LedgerFrontier(size, peaks.MoveToImmutable());
    }
}
