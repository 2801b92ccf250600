using System.Buffers;
using System.Buffers.Binary;

namespace KvStore.Protocol;

/// <summary>
/// Writes the canonical encoding: fixed little-endian integers, length-prefixed bytes, lists with a count. docs/wire.md.
/// There is exactly one way to encode a value.
/// </summary>
public sealed class CanonicalWriter(int capacity = 256)
{
    private readonly ArrayBufferWriter<byte> _buffer = new(capacity);

    /// <summary>How many bytes have been written.</summary>
    public int Length => _buffer.WrittenCount;

    /// <summary>What has been written; valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    /// <summary>A copy of what has been written.</summary>
    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();

    /// <summary>Forgets what has been written and keeps the memory.</summary>
    public void Clear() => _buffer.ResetWrittenCount();

    /// <summary>One byte.</summary>
    public void Byte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
    }

    /// <summary>A truth value as 0 or 1.</summary>
    public void Bool(bool value) => Byte(value ? (byte)1 : (byte)0);

    /// <summary>Two bytes, little-endian.</summary>
    public void UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.GetSpan(2), value);
        _buffer.Advance(2);
    }

    /// <summary>Four bytes, little-endian.</summary>
    public void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
    }

    /// <summary>Eight bytes, little-endian.</summary>
    public void UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.GetSpan(8), value);
        _buffer.Advance(8);
    }

    /// <summary>The bytes as they are, without a length: for fields of fixed size.</summary>
    public void Fixed(ReadOnlySpan<byte> bytes) => _buffer.Write(bytes);

    /// <summary>A length (four bytes) and the bytes.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        UInt32((uint)bytes.Length);
        _buffer.Write(bytes);
    }

    /// <summary>A count of list elements (four bytes); the elements follow.</summary>
    public void Count(int count) => UInt32((uint)count);

    /// <summary>32 bytes.</summary>
    public void Digest(Digest digest)
    {
        digest.Write(_buffer.GetSpan(Protocol.Digest.Length));
        _buffer.Advance(Protocol.Digest.Length);
    }

    /// <summary>32 bytes.</summary>
    public void PublicKey(PublicKey key)
    {
        key.Write(_buffer.GetSpan(Protocol.PublicKey.Length));
        _buffer.Advance(Protocol.PublicKey.Length);
    }

    /// <summary>64 bytes.</summary>
    public void Signature(Signature signature)
    {
        signature.Write(_buffer.GetSpan(Protocol.Signature.Length));
        _buffer.Advance(Protocol.Signature.Length);
    }

    /// <summary>Eight bytes.</summary>
    public void View(View view) => UInt64(view.Number);

    /// <summary>Eight bytes.</summary>
    public void Sequence(SequenceNumber sequence) => UInt64(sequence.Number);

    /// <summary>Eight bytes.</summary>
    public void Time(Timestamp time) => UInt64(time.UnixMilliseconds);

    /// <summary>Two bytes.</summary>
    public void Replica(ReplicaId replica) => UInt16(replica.Index);
}
