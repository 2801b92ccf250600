// The bytes of a log segment, all integers little-endian:
//   header: "kv-wal-1" | segment u64 | first record number u64 | live records u64 | salt u64 | CRC-32C u32 of all before it
//   record: payload length u32 | record number u64 | CRC-32C u32 of salt and payload | CRC-32C u32 of salt and all before it | payload
// The header is the base marker: a segment that holds its header and as many records as it announces replaces every older segment.
// The salt is secret and new for every segment. Clients choose the payloads, and without it a payload could contain what looks like
// later records, which would turn a torn tail into damage.
// The record header has a checksum of its own, so that a damaged length is known as such and a later record is found without its payload.
using System.Buffers.Binary;
using System.Globalization;

namespace KvStore.Storage;

/// <summary>The beginning of a segment.</summary>
internal readonly record struct SegmentHeader(ulong Segment, ulong FirstRecord, ulong LiveRecords, ulong Salt)
{
    public const int Length = 44;

    private const string NamePrefix = "wal-";

    private static ReadOnlySpan<byte> Magic => "kv-wal-1"u8;

    public static string FileName(ulong segment) => NamePrefix + segment.ToString("D8", CultureInfo.InvariantCulture);

    /// <summary>The segment's number in a file's name; false for a file that is no segment.</summary>
    public static bool TryParseName(string file, out ulong segment)
    {
        segment = 0;
        return file.StartsWith(NamePrefix, StringComparison.Ordinal)
            && ulong.TryParse(file.AsSpan(NamePrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out segment)
            && FileName(segment) == file;
    }

    public void Write(Span<byte> destination)
    {
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], Segment);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], FirstRecord);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], LiveRecords);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[32..], Salt);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[40..], Crc32C.Finish(Crc32C.Append(Crc32C.Start, destination[..40])));
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out SegmentHeader header)
    {
        header = default;
        if (bytes.Length < Length || !bytes.StartsWith(Magic)) return false;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[40..]) != Crc32C.Finish(Crc32C.Append(Crc32C.Start, bytes[..40]))) return false;
        header = new SegmentHeader(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]));
        return true;
    }

    /// <summary>The checksum's state from which every record of this segment starts.</summary>
    public uint SaltedStart()
    {
        Span<byte> salt = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(salt, Salt);
        return Crc32C.Append(Crc32C.Start, salt);
    }
}

/// <summary>The beginning of a record.</summary>
internal readonly record struct RecordHeader(int PayloadLength, ulong Number, uint PayloadChecksum)
{
    public const int Length = 20;

    public void Write(uint saltedStart, Span<byte> destination)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination, PayloadLength);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[4..], Number);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], PayloadChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[16..], Crc32C.Finish(Crc32C.Append(saltedStart, destination[..16])));
    }

    public static bool TryRead(uint saltedStart, ReadOnlySpan<byte> bytes, out RecordHeader header)
    {
        header = default;
        if (bytes.Length < Length) return false;
        var checksum = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]);
        if (checksum != Crc32C.Finish(Crc32C.Append(saltedStart, bytes[..16]))) return false;
        header = new RecordHeader(
            BinaryPrimitives.ReadInt32LittleEndian(bytes),
            ReadNumber(bytes),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]));
        return header.PayloadLength >= 0;
    }

    /// <summary>What would be the record's number, unchecked.</summary>
    public static ulong ReadNumber(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[4..]);
}
