using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>A subtree that is not empty; null stands for the empty one.</summary>
/// <remarks>
/// A node's hash is computed when it is first asked for and then kept, so that all changes between two checkpoints cost one hash per node.
/// Two threads may compute it at the same time: both write the same words, and the mark that is published after them says that they are all there.
/// </remarks>
internal abstract class MapNode(object owner)
{
    private static readonly object Hashed = new();

    // Whoever made the node may change it in place until it is hashed or published. The field holds that owner, and then the mark Hashed.
    private object _owner = owner;
    private Digest _hash;

    /// <summary>The node's hash.</summary>
    /// <param name="depth">Where the node is in the tree, which is always the same for one node.</param>
    public Digest Hash(int depth)
    {
        if (ReferenceEquals(Volatile.Read(ref _owner), Hashed)) return _hash;
        var hash = ComputeHash(depth);
        _hash = hash;
        Volatile.Write(ref _owner, Hashed);
        return hash;
    }

    /// <summary>The hash of a subtree that may be empty.</summary>
    public static Digest HashOf(MapNode? node, int depth) => node is null ? Digest.Zero : node.Hash(depth);

    /// <summary>Whether the node may be changed in place.</summary>
    public bool BelongsTo(object owner) => ReferenceEquals(_owner, owner);

    protected abstract Digest ComputeHash(int depth);
}

/// <summary>A subtree with more records than a bucket takes: those whose next bit is 0, and those whose next bit is 1. One side may be empty.</summary>
internal sealed class MapBranch(MapNode? left, MapNode? right, object owner) : MapNode(owner)
{
    public MapNode? Left { get; private set; } = left;

    public MapNode? Right { get; private set; } = right;

    public MapNode? Child(int bit) => bit == 0 ? Left : Right;

    /// <summary>The branch with another child: itself when it belongs to <paramref name="owner"/>, else a copy that does.</summary>
    public MapBranch With(int bit, MapNode? child, object owner)
    {
        if (!BelongsTo(owner)) return bit == 0 ? new MapBranch(child, Right, owner) : new MapBranch(Left, child, owner);
        if (bit == 0) Left = child;
        else Right = child;
        return this;
    }

    protected override Digest ComputeHash(int depth) => MerkleTree.NodeHash(HashOf(Left, depth + 1), HashOf(Right, depth + 1));
}
