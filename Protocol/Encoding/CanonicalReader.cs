using System.Buffers.Binary;

namespace KvStore.Protocol;

/// <summary>
/// Reads the canonical encoding. A reader that met anything wrong is failed for good: every later read gives a default,
/// and <see cref="Complete"/> is false. So a decoder reads all fields in a row and asks once, at the end; it never throws on a peer's bytes.
/// </summary>
public ref struct CanonicalReader(ReadOnlyMemory<byte> source)
{
    /// <summary>
    /// The largest view, position or time that is taken from outside. No honest one comes near it, and below it the arithmetic of the core,
    /// which is checked for overflow, has room.
    /// </summary>
    public const ulong NumberMax = 1UL << 62;

    private readonly ReadOnlyMemory<byte> _source = source;
    private int _position;

    /// <summary>Whether something was wrong so far.</summary>
    public bool Failed { get; private set; }

    /// <summary>Whether all went well and every byte has been read: trailing bytes are refused.</summary>
    public readonly bool Complete => !Failed && _position == _source.Length;

    /// <summary>Where the next read starts.</summary>
    public readonly int Position => _position;

    /// <summary>How many bytes have not been read.</summary>
    public readonly int Remaining => _source.Length - _position;

    /// <summary>Marks the input as malformed: for a decoder's own checks.</summary>
    public void Fail() => Failed = true;

    /// <summary>Marks the input as malformed unless <paramref name="good"/>.</summary>
    public void Require(bool good)
    {
        if (!good) Failed = true;
    }

    /// <summary>One byte.</summary>
    public byte Byte() => Take(1, out var at) ? _source.Span[at] : (byte)0;

    /// <summary>A truth value; anything but 0 and 1 is malformed.</summary>
    public bool Bool()
    {
        var value = Byte();
        Require(value <= 1);
        return value == 1;
    }

    /// <summary>Two bytes, little-endian.</summary>
    public ushort UInt16() => Take(2, out var at) ? BinaryPrimitives.ReadUInt16LittleEndian(_source.Span[at..]) : (ushort)0;

    /// <summary>Four bytes, little-endian.</summary>
    public uint UInt32() => Take(4, out var at) ? BinaryPrimitives.ReadUInt32LittleEndian(_source.Span[at..]) : 0;

    /// <summary>Eight bytes, little-endian.</summary>
    public ulong UInt64() => Take(8, out var at) ? BinaryPrimitives.ReadUInt64LittleEndian(_source.Span[at..]) : 0;

    /// <summary><paramref name="count"/> bytes of a fixed field; a slice of the source, not a copy.</summary>
    public ReadOnlyMemory<byte> Fixed(int count) => Take(count, out var at) ? _source.Slice(at, count) : default;

    /// <summary>Length-prefixed bytes, at most <paramref name="max"/>; a slice of the source, not a copy.</summary>
    public ReadOnlyMemory<byte> Bytes(int max)
    {
        var length = UInt32();
        if (length > (uint)max || length > (uint)Remaining) Failed = true;
        return Failed ? default : Fixed((int)length);
    }

    /// <summary>A count of list elements, at most <paramref name="max"/>, each of at least <paramref name="elementBytesMin"/> bytes,
    /// so that a count can never make a decoder reserve more memory than the message is long.</summary>
    public int Count(int max, int elementBytesMin)
    {
        var count = UInt32();
        if (count > (uint)max || (ulong)count * (uint)elementBytesMin > (uint)Remaining) Failed = true;
        return Failed ? 0 : (int)count;
    }

    /// <summary>32 bytes.</summary>
    public Digest Digest() => Take(Protocol.Digest.Length, out var at) ? Protocol.Digest.Read(_source.Span.Slice(at, Protocol.Digest.Length)) : default;

    /// <summary>32 bytes.</summary>
    public PublicKey PublicKey() =>
        Take(Protocol.PublicKey.Length, out var at) ? Protocol.PublicKey.Read(_source.Span.Slice(at, Protocol.PublicKey.Length)) : default;

    /// <summary>64 bytes.</summary>
    public Signature Signature() =>
        Take(Protocol.Signature.Length, out var at) ? Protocol.Signature.Read(_source.Span.Slice(at, Protocol.Signature.Length)) : default;

    /// <summary>Eight bytes; at most <see cref="NumberMax"/>.</summary>
    public View View() => new(Number());

    /// <summary>Eight bytes; at most <see cref="NumberMax"/>.</summary>
    public SequenceNumber Sequence() => new(Number());

    /// <summary>Eight bytes; at most <see cref="NumberMax"/>.</summary>
    public Timestamp Time() => new(Number());

    /// <summary>Two bytes.</summary>
    public ReplicaId Replica() => new(UInt16());

    private ulong Number()
    {
        var number = UInt64();
        Require(number <= NumberMax);
        return Failed ? 0 : number;
    }

    private bool Take(int count, out int at)
    {
        at = _position;
        if (Failed || count > Remaining)
        {
            Failed = true;
            return false;
        }

        _position += count;
        return true;
    }
}
