using System.Buffers.Binary;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>
/// What the map holds at one path: <c>length of the key (u32) ‖ key ‖ body</c>. A record carries its own key, so that a snapshot is
/// a list of records and nothing else; its path is the SHA-256 of the key, so that nobody chooses the shape of the tree.
/// </summary>
public readonly struct MapRecord
{
    /// <summary>The longest record, in bytes: the largest result of an operation and what is kept beside it.</summary>
    public const int BytesMax = OperationResult.EncodedBytesMax + 64 * 1024;

    /// <summary>The bytes before the key.</summary>
    internal const int KeyOffset = sizeof(uint);

    private readonly int _keyLength;

    private MapRecord(ReadOnlyMemory<byte> bytes, int keyLength)
    {
        Bytes = bytes;
        _keyLength = keyLength;
    }

    /// <summary>The whole record, as it is hashed and transferred.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The record's key.</summary>
    public ReadOnlySpan<byte> Key => Bytes.Span.Slice(KeyOffset, _keyLength);

    /// <summary>What is kept under the key.</summary>
    public ReadOnlyMemory<byte> Body => Bytes[(KeyOffset + _keyLength)..];

    /// <summary>Where the record is kept: SHA-256 of its key.</summary>
    public Digest Path => Digest.Of(Key);

    /// <summary>SHA-256 of the whole record, which its leaf commits to.</summary>
    public Digest Digest => Digest.Of(Bytes.Span);

    /// <summary>A new record that owns its bytes.</summary>
    public static MapRecord Create(ReadOnlySpan<byte> key, ReadOnlySpan<byte> body)
    {
        var bytes = new byte[KeyOffset + key.Length + body.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)key.Length);
        key.CopyTo(bytes.AsSpan(KeyOffset));
        body.CopyTo(bytes.AsSpan(KeyOffset + key.Length));
        return new MapRecord(bytes, key.Length);
    }

    /// <summary>Takes the bytes of a record; false when they are not one.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, out MapRecord record)
    {
        record = default;
        if (bytes.Length is < KeyOffset or > BytesMax) return false;
        var keyLength = BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span);
        if (keyLength > (uint)(bytes.Length - KeyOffset)) return false;
        record = new MapRecord(bytes, (int)keyLength);
        return true;
    }

    /// <summary>Takes bytes that were a record before.</summary>
    internal static MapRecord Trusted(ReadOnlyMemory<byte> bytes) => new(bytes, (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span));
}
