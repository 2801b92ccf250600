// Bytes: docs/wire.md section 13.
using System.Buffers.Binary;
using KvStore.Protocol;

namespace KvStore.Replication.Pool.Envelopes;

/// <summary>The first byte of an envelope. Numbers never change.</summary>
internal enum EnvelopeKind : byte
{
    /// <summary>Who a node is in this run: signed by its key.</summary>
    Hello = 1,

    /// <summary>Frames with messages, under a key that two runs share.</summary>
    Sealed = 2,
}

/// <summary>Who sends an envelope, to whom. Believed only after what follows proves it.</summary>
internal readonly record struct EnvelopeEnds(EnvelopeKind Kind, ReplicaId From, ReplicaId To)
{
    public const int Length = 1 + 2 + 2;

    /// <summary>Reads the ends; false when there are none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> envelope, out EnvelopeEnds ends)
    {
        ends = default;
        if (envelope.Length < Length) return false;
        var kind = (EnvelopeKind)envelope[0];
        ends = new EnvelopeEnds(kind, new ReplicaId(BinaryPrimitives.ReadUInt16LittleEndian(envelope[1..])), new ReplicaId(BinaryPrimitives.ReadUInt16LittleEndian(envelope[3..])));
        return kind is EnvelopeKind.Hello or EnvelopeKind.Sealed;
    }

    /// <summary>Writes the ends.</summary>
    public void Write(Span<byte> envelope)
    {
        envelope[0] = (byte)Kind;
        BinaryPrimitives.WriteUInt16LittleEndian(envelope[1..], From.Index);
        BinaryPrimitives.WriteUInt16LittleEndian(envelope[3..], To.Index);
    }
}

/// <summary>Where the parts of a sealed envelope are: ends, number, report, frames, seal.</summary>
internal static class SealedForm
{
    public const int HeaderLength = EnvelopeEnds.Length + sizeof(ulong) + sizeof(ulong);

    public const int SealLength = 32;

    /// <summary>The length of an envelope without frames.</summary>
    public const int LengthMin = HeaderLength + SealLength;

    /// <summary>The longest envelope: one frame of the largest message.</summary>
    public const int LengthMax = LengthMin + Network.Frames.HeaderLength + Network.Frames.LengthMax;

    public static ulong NumberOf(ReadOnlySpan<byte> envelope) => BinaryPrimitives.ReadUInt64LittleEndian(envelope[EnvelopeEnds.Length..]);

    public static ulong ReportOf(ReadOnlySpan<byte> envelope) => BinaryPrimitives.ReadUInt64LittleEndian(envelope[(EnvelopeEnds.Length + sizeof(ulong))..]);

    /// <summary>The frames of an envelope whose seal is good.</summary>
    public static ReadOnlyMemory<byte> FramesOf(ReadOnlyMemory<byte> envelope) => envelope[HeaderLength..^SealLength];

    /// <summary>Writes all that comes before the frames.</summary>
    public static void WriteHeader(Span<byte> envelope, EnvelopeEnds ends, ulong number, ulong report)
    {
        ends.Write(envelope);
        BinaryPrimitives.WriteUInt64LittleEndian(envelope[EnvelopeEnds.Length..], number);
        BinaryPrimitives.WriteUInt64LittleEndian(envelope[(EnvelopeEnds.Length + sizeof(ulong))..], report);
    }
}
