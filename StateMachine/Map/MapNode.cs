using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>A subtree that is not empty; null stands for the empty one.</summary>
/// <remarks>
/// A node's hash is computed when it is first asked for and then kept, so that all changes between two checkpoints cost one hash per node.
/// Two threads may compute it at the same time: both write the same words, and the flag that is published after them says that they are all there.
/// </remarks>
internal abstract class MapNode
{
    /// <summary>The node's hash.</summary>
    public abstract Digest Hash { get; }

    /// <summary>The hash of a subtree that may be empty.</summary>
    public static Digest HashOf(MapNode? node) => node is null ? Digest.Zero : node.Hash;
}

/// <summary>A subtree with one record, however deep its path would go.</summary>
internal sealed class MapLeaf(Digest path, ReadOnlyMemory<byte> record) : MapNode
{
    private Digest _hash;
    private bool _hashed;

    public Digest Path { get; } = path;

    public MapRecord Record => MapRecord.Trusted(record);

    public int RecordLength => record.Length;

    public override Digest Hash
    {
        get
        {
            if (Volatile.Read(ref _hashed)) return _hash;
            var hash = HashFor(Path, Digest.Of(record.Span));
            _hash = hash;
            Volatile.Write(ref _hashed, true);
            return hash;
        }
    }

    /// <summary>H(0x00 ‖ path ‖ SHA-256(record)).</summary>
    public static Digest HashFor(Digest path, Digest record)
    {
        Span<byte> data = stackalloc byte[2 * Digest.Length];
        path.Write(data);
        record.Write(data[Digest.Length..]);
        return MerkleTree.LeafHash(data);
    }
}

/// <summary>A subtree with two records or more: those whose next bit is 0, and those whose next bit is 1. One side may be empty.</summary>
internal sealed class MapBranch(MapNode? left, MapNode? right, object owner) : MapNode
{
    private static readonly object Hashed = new();

    // Whoever made the node may change it in place until it is hashed or published. The field holds that owner, and then the mark Hashed.
    private object _owner = owner;
    private Digest _hash;

    public MapNode? Left { get; private set; } = left;

    public MapNode? Right { get; private set; } = right;

    public override Digest Hash
    {
        get
        {
            if (ReferenceEquals(Volatile.Read(ref _owner), Hashed)) return _hash;
            var hash = MerkleTree.NodeHash(HashOf(Left), HashOf(Right));
            _hash = hash;
            Volatile.Write(ref _owner, Hashed);
            return hash;
        }
    }

    public MapNode? Child(int bit) => bit == 0 ? Left : Right;

    /// <summary>The branch with another child: itself when it belongs to <paramref name="owner"/>, else a copy that does.</summary>
    public MapBranch With(int bit, MapNode? child, object owner)
    {
        if (!ReferenceEquals(_owner, owner)) return bit == 0 ? new MapBranch(child, Right, owner) : new MapBranch(Left, child, owner);
        if (bit == 0) Left = child;
        else Right = child;
        return this;
    }
}
