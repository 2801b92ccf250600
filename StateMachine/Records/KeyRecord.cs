using System.Buffers.Binary;
using System.Text;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>
/// The record of a user's key. Its body is <c>revision (u64) ‖ expires (u64) ‖ length of the content type (u32) ‖ content type ‖ value</c>: the value is
/// the rest, and is in the record itself, so that the bytes that a snapshot carries are the bytes that the root proves.
/// </summary>
public readonly struct KeyRecord
{
    private const int ContentTypeOffset = 2 * sizeof(ulong);
    private const int FixedLength = ContentTypeOffset + sizeof(uint);

    private readonly MapRecord _record;
    private readonly int _contentTypeLength;

    private KeyRecord(MapRecord record, int contentTypeLength)
    {
        _record = record;
        _contentTypeLength = contentTypeLength;
    }

    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Key => _record.Key[RecordKeys.KindLength..];

    /// <summary>The revision at which the key last changed.</summary>
    public ulong Revision => BinaryPrimitives.ReadUInt64LittleEndian(_record.Body.Span);

    /// <summary>The batch time from which on the key expires; zero when it does not.</summary>
    public Timestamp Expires => new(BinaryPrimitives.ReadUInt64LittleEndian(_record.Body.Span[sizeof(ulong)..]));

    /// <summary>The content type as it was put; empty when none was given.</summary>
    public string ContentType => Encoding.Latin1.GetString(_record.Body.Span.Slice(FixedLength, _contentTypeLength));

    /// <summary>The value.</summary>
    public ReadOnlyMemory<byte> Value => _record.Body[(FixedLength + _contentTypeLength)..];

    /// <summary>The record as the map holds it.</summary>
    public MapRecord Record => _record;

    internal int ContentTypeLength => _contentTypeLength;

    /// <summary>Takes a record for that of a key; false when it is not one.</summary>
    public static bool TryRead(MapRecord record, out KeyRecord keyRecord)
    {
        keyRecord = default;
        var key = record.Key;
        var body = record.Body.Span;
        if (key.Length <= RecordKeys.KindLength || key[0] != (byte)RecordKind.Key || body.Length < FixedLength) return false;
        var contentTypeLength = BinaryPrimitives.ReadUInt32LittleEndian(body[ContentTypeOffset..]);
        if (contentTypeLength > (uint)(body.Length - FixedLength)) return false;
        keyRecord = new KeyRecord(record, (int)contentTypeLength);
        return true;
    }

    /// <summary>A new record, which owns its bytes; the value is the two parts, one after the other.</summary>
    internal static MapRecord Create(
        Key key, ulong revision, Timestamp expires, string contentType, ReadOnlySpan<byte> value, ReadOnlySpan<byte> rest = default)
    {
        var keyLength = RecordKeys.KindLength + key.Length;
        var bytes = GC.AllocateUninitializedArray<byte>(
            MapRecord.KeyOffset + keyLength + FixedLength + contentType.Length + value.Length + rest.Length);
        var target = bytes.AsSpan();
        BinaryPrimitives.WriteUInt32LittleEndian(target, (uint)keyLength);
        target = target[MapRecord.KeyOffset..];
        target[0] = (byte)RecordKind.Key;
        key.Span.CopyTo(target[RecordKeys.KindLength..]);
        target = target[keyLength..];
        BinaryPrimitives.WriteUInt64LittleEndian(target, revision);
        BinaryPrimitives.WriteUInt64LittleEndian(target[sizeof(ulong)..], expires.UnixMilliseconds);
        BinaryPrimitives.WriteUInt32LittleEndian(target[ContentTypeOffset..], (uint)contentType.Length);
        target = target[FixedLength..];
        target = target[Encoding.Latin1.GetBytes(contentType, target)..];
        value.CopyTo(target);
        rest.CopyTo(target[value.Length..]);
        return MapRecord.Trusted(bytes);
    }
}
