// RFC 9162 section 2.1: Merkle hash trees, inclusion proofs (2.1.3) and consistency proofs (2.1.4), with SHA-256.
using System.Collections.Immutable;
using System.Numerics;

namespace KvStore.Protocol;

/// <summary>
/// Merkle trees over leaf hashes. RFC 9162 section 2.1. What makes proofs asks for well-formed arguments and throws;
/// what checks proofs takes anything that a peer may send, and only answers yes or no.
/// </summary>
public static class MerkleTree
{
    private const byte LeafPrefix = 0x00;
    private const byte NodePrefix = 0x01;

    /// <summary>The root of the tree without leaves: SHA-256 of nothing.</summary>
    public static Digest EmptyRoot { get; } = Digest.Of([]);

    /// <summary>The hash of a leaf: SHA-256(0x00 ‖ <paramref name="data"/>).</summary>
    public static Digest LeafHash(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[Digest.Length];
        Sha256.Hash(LeafPrefix, data, hash);
        return Digest.Read(hash);
    }

    /// <summary>The hash of an inner node: SHA-256(0x01 ‖ <paramref name="left"/> ‖ <paramref name="right"/>).</summary>
    public static Digest NodeHash(Digest left, Digest right)
    {
        Span<byte> input = stackalloc byte[1 + 2 * Digest.Length];
        input[0] = NodePrefix;
        left.Write(input[1..]);
        right.Write(input[(1 + Digest.Length)..]);
        return Digest.Of(input);
    }

    /// <summary>MTH of RFC 9162 section 2.1.1, over leaves that have been hashed by <see cref="LeafHash"/>.</summary>
    public static Digest Root(ReadOnlySpan<Digest> leafHashes)
    {
        if (leafHashes.Length == 0) return EmptyRoot;
        if (leafHashes.Length == 1) return leafHashes[0];
        var split = Split(leafHashes.Length);
        return NodeHash(Root(leafHashes[..split]), Root(leafHashes[split..]));
    }

    /// <summary>PATH of RFC 9162 section 2.1.3.1: the hashes that lead from a leaf to the root, the leaf's sibling first.</summary>
    /// <param name="leafHashes">All leaves of the tree.</param>
    /// <param name="index">Which leaf, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The tree has no such leaf.</exception>
    public static ImmutableArray<Digest> InclusionPath(ReadOnlySpan<Digest> leafHashes, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, leafHashes.Length);
        var path = ImmutableArray.CreateBuilder<Digest>();
        AddInclusion(path, leafHashes, index);
        return path.DrainToImmutable();
    }

    /// <summary>Whether a path proves that the leaf is the one at <paramref name="index"/>. RFC 9162 section 2.1.3.2. Never throws.</summary>
    /// <param name="leafHash">The leaf's hash, computed by the caller from the data that it wants to be sure of.</param>
    /// <param name="index">The leaf's index, from 0.</param>
    /// <param name="size">How many leaves the tree has.</param>
    /// <param name="path">The path to check.</param>
    /// <param name="root">A root that the caller trusts.</param>
    public static bool VerifyInclusion(Digest leafHash, ulong index, ulong size, ReadOnlySpan<Digest> path, Digest root)
    {
        if (index >= size) return false;
        var walk = new ProofWalk(index, size - 1);
        var hash = leafHash;
        foreach (var sibling in path)
        {
            if (walk.AtRoot) return false;
            hash = walk.ClimbIsFromRight() ? NodeHash(sibling, hash) : NodeHash(hash, sibling);
        }

        return walk.AtRoot && hash == root;
    }

    /// <summary>PROOF of RFC 9162 section 2.1.4.1: proves that the first leaves are all leaves of the tree as it was at <paramref name="oldSize"/>.
    /// Empty for the sizes that need no proof: none, and all.</summary>
    /// <param name="leafHashes">All leaves of the newer tree.</param>
    /// <param name="oldSize">How many leaves the older tree had, from 0 to the newer tree's.</param>
    /// <exception cref="ArgumentOutOfRangeException">The older tree would be larger than the newer one.</exception>
    public static ImmutableArray<Digest> ConsistencyPath(ReadOnlySpan<Digest> leafHashes, int oldSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(oldSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(oldSize, leafHashes.Length);
        var path = ImmutableArray.CreateBuilder<Digest>();
        if (oldSize > 0) AddConsistency(path, leafHashes, oldSize, oldRootIsKnown: true);
        return path.DrainToImmutable();
    }

    /// <summary>
    /// Whether a path proves that the newer tree only appended to the older one. RFC 9162 section 2.1.4.2. Never throws.
    /// The RFC leaves out the empty older tree; here everything extends it, by an empty path, provided that its root is <see cref="EmptyRoot"/>.
    /// </summary>
    /// <param name="oldSize">How many leaves the older tree has.</param>
    /// <param name="oldRoot">The older tree's root.</param>
    /// <param name="newSize">How many leaves the newer tree has.</param>
    /// <param name="newRoot">The newer tree's root.</param>
    /// <param name="path">The path to check.</param>
    public static bool VerifyConsistency(ulong oldSize, Digest oldRoot, ulong newSize, Digest newRoot, ReadOnlySpan<Digest> path)
    {
        if (oldSize > newSize) return false;
        if (oldSize == 0 && oldRoot != EmptyRoot) return false;
        if (oldSize == newSize) return path.IsEmpty && oldRoot == newRoot;
        if (oldSize == 0) return path.IsEmpty;

        var walk = new ProofWalk(oldSize - 1, newSize - 1);
        walk.ClimbWhileRight();

        // A perfect older tree is a node of the newer one, and its hash is the caller's old root instead of the path's first.
        var start = oldRoot;
        if (!BitOperations.IsPow2(oldSize))
        {
            if (path.IsEmpty) return false;
            start = path[0];
            path = path[1..];
        }

        var (oldHash, newHash) = (start, start);
        foreach (var sibling in path)
        {
            if (walk.AtRoot) return false;
            if (walk.ClimbIsFromRight())
            {
                oldHash = NodeHash(sibling, oldHash);
                newHash = NodeHash(sibling, newHash);
            }
            else
            {
                newHash = NodeHash(newHash, sibling);
            }
        }

        return walk.AtRoot && oldHash == oldRoot && newHash == newRoot;
    }

    // The largest power of two below n, for n of 2 or more.
    private static int Split(int n) => 1 << BitOperations.Log2((uint)(n - 1));

    private static void AddInclusion(ImmutableArray<Digest>.Builder path, ReadOnlySpan<Digest> leaves, int index)
    {
        if (leaves.Length == 1) return;
        var split = Split(leaves.Length);
        if (index < split)
        {
            AddInclusion(path, leaves[..split], index);
            path.Add(Root(leaves[split..]));
        }
        else
        {
            AddInclusion(path, leaves[split..], index - split);
            path.Add(Root(leaves[..split]));
        }
    }

    // SUBPROOF of RFC 9162 section 2.1.4.1: the last parameter is its b.
    private static void AddConsistency(ImmutableArray<Digest>.Builder path, ReadOnlySpan<Digest> leaves, int oldSize, bool oldRootIsKnown)
    {
        if (oldSize == leaves.Length)
        {
            if (!oldRootIsKnown) path.Add(Root(leaves));
            return;
        }

        var split = Split(leaves.Length);
        if (oldSize <= split)
        {
            AddConsistency(path, leaves[..split], oldSize, oldRootIsKnown);
            path.Add(Root(leaves[split..]));
        }
        else
        {
            AddConsistency(path, leaves[split..], oldSize - split, oldRootIsKnown: false);
            path.Add(Root(leaves[..split]));
        }
    }
}
