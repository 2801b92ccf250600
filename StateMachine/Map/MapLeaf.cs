using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>One record at its path.</summary>
internal sealed class MapLeaf(Digest path, ReadOnlyMemory<byte> record)
{
    private Digest _hash;
    private bool _hashed;

    public Digest Path { get; } = path;

    public MapRecord Record => MapRecord.Trusted(record);

    public int RecordLength => record.Length;

    /// <summary>The leaf's hash, kept as <see cref="MapNode"/> keeps its.</summary>
    public Digest Hash
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
