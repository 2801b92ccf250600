using System.Buffers;
using System.Buffers.Binary;
using KvStore.Protocol;

namespace KvStore.Replication.Pool.Network;

/// <summary>The kind byte of a frame between nodes. Numbers never change.</summary>
internal enum FrameKind : byte
{
    /// <summary>Listener to dialler: what the introduction must answer to.</summary>
    Challenge = 1,

    /// <summary>Dialler to listener: who it is.</summary>
    Hello = 2,

    /// <summary>Listener to dialler: who it is.</summary>
    Welcome = 3,

    /// <summary>Dialler to listener: a message for a group.</summary>
    Message = 4,

    /// <summary>Dialler to listener: are you there?</summary>
    Ping = 5,

    /// <summary>Listener to dialler: yes.</summary>
    Pong = 6,

    /// <summary>Dialler to listener: a piece of a long message. Others may come between the pieces of one, but no piece of another one.</summary>
    Part = 7,

    /// <summary>Dialler to listener: the last piece. All pieces together are what a <see cref="Message"/> would have had.</summary>
    LastPart = 8,
}

/// <summary>What is found at the beginning of a buffer.</summary>
internal enum FrameFound
{
    /// <summary>A whole frame.</summary>
    Whole,

    /// <summary>The beginning of one.</summary>
    Part,

    /// <summary>The length is 0, or more than is taken.</summary>
    Bad,
}

/// <summary>Frames between nodes: a length (u32), a kind, and the rest. docs/wire.md section 10.</summary>
internal static class Frames
{
    /// <summary>Length and kind.</summary>
    public const int HeaderLength = sizeof(uint) + 1;

    /// <summary>What comes before a message: header and group.</summary>
    public const int MessageHeaderLength = HeaderLength + sizeof(uint);

    /// <summary>A ping or a pong, whole.</summary>
    public const int PingLength = HeaderLength + sizeof(ulong);

    /// <summary>The largest length that a frame may name: a kind, a group and the largest message.</summary>
    public const int LengthMax = 1 + sizeof(uint) + MessageCodec.BytesMax;

    /// <summary>Takes a frame off the buffer, when it is there as a whole.</summary>
    public static FrameFound TryTake(ref ReadOnlySequence<byte> buffer, int lengthMax, out FrameKind kind, out ReadOnlySequence<byte> body)
    {
        (kind, body) = (default, default);
        if (buffer.Length < HeaderLength) return FrameFound.Part;
        Span<byte> header = stackalloc byte[HeaderLength];
        buffer.Slice(0, HeaderLength).CopyTo(header);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(header);
        if (length == 0 || length > (uint)lengthMax) return FrameFound.Bad;
        kind = (FrameKind)header[sizeof(uint)];
        if (buffer.Length < sizeof(uint) + length) return FrameFound.Part;
        body = buffer.Slice(HeaderLength, length - 1);
        buffer = buffer.Slice(body.End);
        return FrameFound.Whole;
    }

    /// <summary>Begins a frame whose length is not known yet.</summary>
    public static void Begin(CanonicalWriter writer, FrameKind kind)
    {
        writer.UInt32(0);
        writer.Byte((byte)kind);
    }

    /// <summary>The frame that was begun, with its length.</summary>
    public static byte[] End(CanonicalWriter writer)
    {
        var frame = writer.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(frame, (uint)(frame.Length - sizeof(uint)));
        return frame;
    }

    /// <summary>Writes the header of a frame with a body of so many bytes.</summary>
    public static void WriteHeader(Span<byte> destination, FrameKind kind, int bodyLength)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)bodyLength + 1);
        destination[sizeof(uint)] = (byte)kind;
    }

    /// <summary>Writes a ping or a pong.</summary>
    public static void WritePing(Span<byte> destination, FrameKind kind, ulong number)
    {
        WriteHeader(destination, kind, sizeof(ulong));
        BinaryPrimitives.WriteUInt64LittleEndian(destination[HeaderLength..], number);
    }

    /// <summary>Reads the number of a ping or a pong; false when that is not all that there is.</summary>
    public static bool TryReadPing(ReadOnlySequence<byte> body, out ulong number)
    {
        number = 0;
        if (body.Length != sizeof(ulong)) return false;
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        body.CopyTo(bytes);
        number = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        return true;
    }
}
