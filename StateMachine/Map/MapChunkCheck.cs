using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>
/// Computes the root that a chunk's records and proof lead to. The tree over a set of records is unique, so subtrees inside the run
/// come from the records alone and cannot hide one; what the proof adds lies outside of the run, or is bound by the hash.
/// </summary>
internal ref struct MapChunkCheck
{
    private readonly MapChunk _chunk;
    private readonly ReadOnlySpan<Digest> _paths;
    private readonly PathRange _range;
    private CanonicalReader _proof;

    private MapChunkCheck(MapChunk chunk, ReadOnlySpan<Digest> paths, PathRange range)
    {
        _chunk = chunk;
        _paths = paths;
        _range = range;
        _proof = new CanonicalReader(chunk.Proof);
    }

    /// <summary>False when the chunk's form is wrong, whatever the root.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="from">The first path that it should cover.</param>
    /// <param name="hash">The root that it leads to.</param>
    /// <param name="last">The last path that it covers.</param>
    public static bool TryHash(MapChunk chunk, Digest from, out Digest hash, out Digest last)
    {
        hash = default;
        last = PathBits.Last;
        if (!TryPaths(chunk, from, out var paths)) return false;
        if (!chunk.ReachesEnd)
        {
            if (paths.Length == 0) return false;
            last = paths[^1];
        }

        var check = new MapChunkCheck(chunk, paths, new PathRange(from, last));
        hash = check.Walk(0, RangeEnds.Both, 0, paths.Length);
        return check._proof.Complete;
    }

    private static bool TryPaths(MapChunk chunk, Digest from, out Digest[] paths)
    {
        paths = new Digest[chunk.Records.Length];
        for (var i = 0; i < paths.Length; i++)
        {
            paths[i] = chunk.Records[i].Path;
            if (i == 0 ? paths[i].CompareTo(from) < 0 : paths[i].CompareTo(paths[i - 1]) <= 0) return false;
        }

        return true;
    }

    // The hash of a subtree that the run reaches into; records start..end are those that lie in it.
    private Digest Walk(int depth, RangeEnds ends, int start, int end)
    {
        if (!_range.Cuts(depth, ends)) return HashRun(depth, start, end);
        var kind = (CutNode)_proof.Byte();
        switch (kind)
        {
            case CutNode.Empty:
                _proof.Require(start == end);
                return Digest.Zero;
            case CutNode.LeafInside:
                _proof.Require(end - start == 1);
                return _proof.Failed ? default : LeafHash(start);
            case CutNode.LeafOutside:
                _proof.Require(start == end);
                return LeafOutside();
            case CutNode.Branch when depth < PathBits.Length && !_proof.Failed:
                var middle = Split(depth, start, end);
                var left = WalkChild(depth, 0, ends, start, middle);
                var right = WalkChild(depth, 1, ends, middle, end);
                return MerkleTree.NodeHash(left, right);
            default:
                _proof.Fail();
                return default;
        }
    }

    private Digest WalkChild(int depth, int bit, RangeEnds ends, int start, int end)
    {
        if (_range.TryEnter(depth, bit, ends, out var childEnds)) return Walk(depth + 1, childEnds, start, end);
        _proof.Require(start == end);
        return _proof.Digest();
    }

    // That its path belongs to this place in the tree need not be asked: the root was made by a tree in which every leaf is in its place.
    private Digest LeafOutside()
    {
        var path = _proof.Digest();
        var record = _proof.Digest();
        _proof.Require(!_range.Contains(path));
        return MapLeaf.HashFor(path, record);
    }

    private readonly Digest HashRun(int depth, int start, int end)
    {
        if (start == end) return Digest.Zero;
        if (end - start == 1) return LeafHash(start);
        var middle = Split(depth, start, end);
        return MerkleTree.NodeHash(HashRun(depth + 1, start, middle), HashRun(depth + 1, middle, end));
    }

    private readonly Digest LeafHash(int index) => MapLeaf.HashFor(_paths[index], _chunk.Records[index].Digest);

    // The first of the records whose next bit is 1. They ascend, so those with 0 come first.
    private readonly int Split(int depth, int start, int end)
    {
        while (start < end)
        {
            var middle = start + (end - start) / 2;
            if (_paths[middle].Bit(depth) == 0) start = middle + 1;
            else end = middle;
        }

        return start;
    }
}
