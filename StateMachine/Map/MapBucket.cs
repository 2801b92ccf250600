using System.Runtime.CompilerServices;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>
/// A subtree of a few records, ascending by path. It stands for all the branches that would lie between them: those make the hash, but take no memory,
/// and a look-up that would miss the processor's cache once for each of them misses it once.
/// </summary>
internal sealed class MapBucket(object owner) : MapNode(owner)
{
    /// <summary>The most records in a bucket. A subtree with more is a branch, and one with as many or fewer is always a bucket.</summary>
    public const int LeavesMax = 8;

    // The paths' first words, beside each other, so that most leaves need not be looked at.
    private Heads _heads;
    private Leaves _leaves;

    public int Count { get; private set; }

    public MapLeaf this[int index] => _leaves[index];

    /// <summary>The leaves in order.</summary>
    public ReadOnlySpan<MapLeaf> Span => ((ReadOnlySpan<MapLeaf>)_leaves)[..Count];

    /// <summary>A bucket of leaves that are in order.</summary>
    public static MapBucket Of(ReadOnlySpan<MapLeaf> leaves, object owner)
    {
        var bucket = new MapBucket(owner);
        foreach (var leaf in leaves) bucket.Insert(bucket.Count, new MapPath(leaf.Path), leaf);
        return bucket;
    }

    /// <summary>Where a path is, or belongs.</summary>
    public bool TryFind(in MapPath path, out int index)
    {
        for (index = 0; index < Count; index++)
        {
            if (_heads[index] < path.Head) continue;
            if (_heads[index] > path.Head) return false;
            var order = _leaves[index].Path.CompareTo(path.Path);
            if (order >= 0) return order == 0;
        }

        return false;
    }

    /// <summary>Puts a leaf in the place of the one at an index; in place, or in a copy.</summary>
    public MapBucket Replace(int index, MapLeaf leaf, object owner)
    {
        var bucket = Owned(owner);
        bucket._leaves[index] = leaf;
        return bucket;
    }

    /// <summary>Adds a leaf, for which there is room, before the one at an index; in place, or in a copy.</summary>
    public MapBucket Add(int index, in MapPath path, MapLeaf leaf, object owner)
    {
        var bucket = Owned(owner);
        bucket.Insert(index, path, leaf);
        return bucket;
    }

    /// <summary>Removes the leaf at an index; in place, or in a copy.</summary>
    public MapBucket RemoveAt(int index, object owner)
    {
        var bucket = Owned(owner);
        bucket.Count--;
        for (var i = index; i < bucket.Count; i++)
        {
            bucket._heads[i] = bucket._heads[i + 1];
            bucket._leaves[i] = bucket._leaves[i + 1];
        }

        bucket._leaves[bucket.Count] = null!; // So that the leaf can be collected.
        return bucket;
    }

    /// <summary>The hash of some of the leaves, which are all those in a subtree at a depth.</summary>
    public Digest HashOf(int start, int end, int depth)
    {
        if (start == end) return Digest.Zero;
        if (end - start == 1) return _leaves[start].Hash;
        var middle = Split(start, end, depth);
        return MerkleTree.NodeHash(HashOf(start, middle, depth + 1), HashOf(middle, end, depth + 1));
    }

    /// <summary>The first of some leaves, which agree in all bits before <paramref name="depth"/>, whose bit there is 1.</summary>
    public int Split(int start, int end, int depth)
    {
        while (start < end && _leaves[start].Path.Bit(depth) == 0) start++;
        return start;
    }

    protected override Digest ComputeHash(int depth) => HashOf(0, Count, depth);

    private void Insert(int index, in MapPath path, MapLeaf leaf)
    {
        for (var i = Count; i > index; i--)
        {
            _heads[i] = _heads[i - 1];
            _leaves[i] = _leaves[i - 1];
        }

        _heads[index] = path.Head;
        _leaves[index] = leaf;
        Count++;
    }

    private MapBucket Owned(object owner) =>
        BelongsTo(owner) ? this : new MapBucket(owner) { _heads = _heads, _leaves = _leaves, Count = Count };

    [InlineArray(LeavesMax)]
    private struct Heads
    {
        private ulong _first;
    }

    [InlineArray(LeavesMax)]
    private struct Leaves
    {
        private MapLeaf _first;
    }
}
