using System.Buffers.Binary;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>What kind of record it is: the first byte of its key.</summary>
internal enum RecordKind : byte
{
    /// <summary><c>k ‖ key</c>: a user's key.</summary>
    Key = (byte)'k',

    /// <summary><c>m</c>: where the shard stands.</summary>
    Meta = (byte)'m',

    /// <summary><c>r ‖ client ‖ session ‖ counter mod 1,024, divided by 32 (u8)</c>: the short results of executed requests, 32 counters together. The counter
    /// that takes the place of another in the session's window takes its place there too.</summary>
    Results = (byte)'r',

    /// <summary><c>l ‖ client ‖ session ‖ counter mod 1,024 (u16)</c>: the long result of an executed request.</summary>
    LongResult = (byte)'l',

    /// <summary><c>s ‖ client ‖ session</c>: a session.</summary>
    Session = (byte)'s',
}

/// <summary>The records' keys, and from them their paths. Numbers are little-endian, as everywhere in the canonical encoding.</summary>
internal static class RecordKeys
{
    public const int KindLength = 1;
    public const int SessionLength = KindLength + PublicKey.Length + sizeof(ulong);
    public const int ResultsLength = SessionLength + sizeof(byte);
    public const int LongResultLength = SessionLength + sizeof(ushort);

    private const int StackBytesMax = 1024 + KindLength;

    public static Digest MetaPath { get; } = Digest.Of([(byte)RecordKind.Meta]);

    public static Digest KeyPath(ReadOnlySpan<byte> key)
    {
        var length = KindLength + key.Length;
        var bytes = length <= StackBytesMax ? stackalloc byte[length] : new byte[length];
        bytes[0] = (byte)RecordKind.Key;
        key.CopyTo(bytes[KindLength..]);
        return Digest.Of(bytes);
    }

    public static Digest SessionPath(SessionKey session)
    {
        Span<byte> bytes = stackalloc byte[SessionLength];
        WriteSession(bytes, RecordKind.Session, session);
        return Digest.Of(bytes);
    }

    public static byte[] Session(SessionKey session)
    {
        var bytes = new byte[SessionLength];
        WriteSession(bytes, RecordKind.Session, session);
        return bytes;
    }

    public static byte[] Results(SessionKey session, byte chunk)
    {
        var bytes = new byte[ResultsLength];
        WriteSession(bytes, RecordKind.Results, session);
        bytes[SessionLength] = chunk;
        return bytes;
    }

    public static byte[] LongResult(SessionKey session, ushort slot)
    {
        var bytes = new byte[LongResultLength];
        WriteSession(bytes, RecordKind.LongResult, session);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(SessionLength), slot);
        return bytes;
    }

    /// <summary>Reads the slot in the key of a long result's record.</summary>
    public static ushort ReadSlot(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadUInt16LittleEndian(key[SessionLength..]);

    /// <summary>Reads the session in the key of a session's or a result's record; the key is long enough.</summary>
    public static SessionKey ReadSession(ReadOnlySpan<byte> key) => new(
        PublicKey.Read(key.Slice(KindLength, PublicKey.Length)),
        new SessionId(BinaryPrimitives.ReadUInt64LittleEndian(key[(KindLength + PublicKey.Length)..])));

    private static void WriteSession(Span<byte> destination, RecordKind kind, SessionKey session)
    {
        destination[0] = (byte)kind;
        session.Client.Write(destination[KindLength..]);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[(KindLength + PublicKey.Length)..], session.Session.Value);
    }
}
