using System.Buffers.Binary;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>A path, and its first word by itself: hardly any step down the tree needs more.</summary>
internal readonly struct MapPath
{
    private const int HeadBits = 8 * sizeof(ulong);

    public MapPath(Digest path)
    {
        Span<byte> bytes = stackalloc byte[Digest.Length];
        path.Write(bytes);
        Path = path;
        Head = BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }

    public Digest Path { get; }

    public ulong Head { get; }

    public int Bit(int depth) => depth < HeadBits ? (int)((Head >> (HeadBits - 1 - depth)) & 1) : Path.Bit(depth);
}
