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

    /// <summary><c>r ‖ client ‖ session ‖ counter mod 1,024 (u16)</c>: the result of an executed request. The counter that takes the place of another
    /// in the session's window takes its record's place too.</summary>
    Result = (byte)'r',

    /// <summary><c>s ‖ client ‖ session</c>: a session.</summary>
    Session = (byte)'s',
}

/// <summary>The records' keys, and from them their paths. Numbers are little-endian, as everywhere in the canonical encoding.</summary>
internal static class RecordKeys
{
    public const int KindLength = 1;
    public const int SessionLength = KindLength + PublicKey.Length + sizeof(ulong);
    public const int ResultLength = SessionLength + sizeof(ushort);

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
        WriteSession(bytes, session);
        return Digest.Of(bytes);
    }

    public static Digest ResultPath(SessionKey session, ulong counter)
    {
        Span<byte> bytes = stackalloc byte[ResultLength];
        WriteResult(bytes, session, counter);
        return Digest.Of(bytes);
    }

    public static void WriteSession(Span<byte> destination, SessionKey session)
    {
        destination[0] = (byte)RecordKind.Session;
        WriteClientAndSession(destination, session);
    }

    public static void WriteResult(Span<byte> destination, SessionKey session, ulong counter)
    {
        destination[0] = (byte)RecordKind.Result;
        WriteClientAndSession(destination, session);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[SessionLength..], (ushort)(counter % StateLimits.SessionWindow));
    }

    private static void WriteClientAndSession(Span<byte> destination, SessionKey session)
    {
        session.Client.Write(destination[KindLength..]);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[(KindLength + PublicKey.Length)..], session.Session.Value);
    }

    /// <summary>Reads the session in the key of a session's or a result's record; the key is long enough.</summary>
    public static SessionKey ReadSession(ReadOnlySpan<byte> key) => new(
        PublicKey.Read(key.Slice(KindLength, PublicKey.Length)),
        new SessionId(BinaryPrimitives.ReadUInt64LittleEndian(key[(KindLength + PublicKey.Length)..])));
}
