using System.Diagnostics.CodeAnalysis;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>A subtree as proofs see it: empty, one leaf, or two subtrees, whether it is kept as branches or in a bucket.</summary>
internal readonly struct MapSubtree
{
    private readonly MapNode? _node;
    private readonly int _depth;

    // Which leaves of a bucket lie in the subtree.
    private readonly int _start;
    private readonly int _end;

    private MapSubtree(MapNode? node, int depth, int start, int end)
    {
        _node = node;
        _depth = depth;
        _start = start;
        _end = end;
    }

    public static MapSubtree Root(MapNode? node) => Whole(node, 0);

    public bool IsEmpty => _node is null || (_node is MapBucket && _start == _end);

    public Digest Hash => _node is MapBucket bucket ? bucket.HashOf(_start, _end, _depth) : MapNode.HashOf(_node, _depth);

    public bool IsLeaf([NotNullWhen(true)] out MapLeaf? leaf)
    {
        leaf = _node is MapBucket bucket && _end - _start == 1 ? bucket[_start] : null;
        return leaf is not null;
    }

    /// <summary>One half of a subtree that is neither empty nor a leaf.</summary>
    public MapSubtree Child(int bit)
    {
        if (_node is not MapBucket bucket) return Whole(((MapBranch)_node!).Child(bit), _depth + 1);
        var middle = bucket.Split(_start, _end, _depth);
        return bit == 0 ? new MapSubtree(bucket, _depth + 1, _start, middle) : new MapSubtree(bucket, _depth + 1, middle, _end);
    }

    private static MapSubtree Whole(MapNode? node, int depth) => new(node, depth, 0, node is MapBucket bucket ? bucket.Count : 0);
}
