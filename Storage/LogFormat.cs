// The bytes of a log segment, all integers little-endian:
//   header: "kv-wal-3" | segment u64 | first record number u64 | live records u64 | basis u64 | salt u64 | zero u32 | CRC-32C u32 of all before it
//   record, masked: payload length u32 | record number u64 | durable-before u64 | CRC-32C u32 of salt, payload and padding
//                   | CRC-32C u32 of salt and all before it | payload | zeros up to a multiple of 8 bytes
//   then zeros, up to a length that is a multiple of the room that is made at a time.
// A segment that holds as many records as its header announces says all that older ones say and is still needed, once the state at its basis
// (the position of a checkpoint) is there. The salt is secret and new for every segment. Clients choose the payloads, and without it a payload
// could contain what looks like later records, which would turn a torn tail into damage.
// The record header has a checksum of its own, so that a damaged length is known as such and a later record is found without its payload.
// Every record says which ones were durable when it was written: those before "durable-before".
// A sector's part of zeros means that a crash took it away (SegmentReader.cs), so none may be written as zeros, whatever the payload: masked is
// every word of 8 bytes with RecordMask. Header and padded records are whole words, so each sector's part of a record is at least one word, and
// whoever doesn't know the salt makes it zeros with a chance of 2^-64.
using System.Buffers.Binary;
using KvStore.Protocol;

namespace KvStore.Storage;

/// <summary>The beginning of a segment.</summary>
internal readonly record struct SegmentHeader(ulong Segment, ulong FirstRecord, ulong LiveRecords, ulong Basis, ulong Salt)
{
    public const int Length = 56;

    private const int ChecksumOffset = Length - sizeof(uint);
    private static readonly NumberedName _name = new("wal-", 8);

    private static ReadOnlySpan<byte> Magic => "kv-wal-3"u8;

    public static string FileName(ulong segment) => _name.Of(segment);

    /// <summary>The segment's number in a file's name; false for a file that is no segment.</summary>
    public static bool TryParseName(string file, out ulong segment) => _name.TryParse(file, out segment);

    public void Write(Span<byte> destination)
    {
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], Segment);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], FirstRecord);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], LiveRecords);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[32..], Basis);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[40..], Salt);
        destination[48..ChecksumOffset].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(destination[ChecksumOffset..], Crc32C.Finish(Crc32C.Append(Crc32C.Start, destination[..ChecksumOffset])));
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out SegmentHeader header)
    {
        header = default;
        if (bytes.Length < Length || !bytes.StartsWith(Magic)) return false;
        var checksum = BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]);
        if (checksum != Crc32C.Finish(Crc32C.Append(Crc32C.Start, bytes[..ChecksumOffset]))) return false;
        header = new SegmentHeader(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[40..]));
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
internal readonly record struct RecordHeader(int PayloadLength, ulong Number, ulong DurableBefore, uint PayloadChecksum)
{
    public const int Length = 28;

    private const int ChecksumOffset = Length - sizeof(uint);

    /// <summary>The shortest record with its padding.</summary>
    public const int RecordLengthMin = 32;

    /// <summary>The length of a record with its header and its padding.</summary>
    public static long RecordLength(long payloadLength) => (Length + payloadLength + RecordMask.WordBytes - 1) / RecordMask.WordBytes * RecordMask.WordBytes;

    public void Write(uint saltedStart, Span<byte> destination)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination, PayloadLength);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[4..], Number);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[12..], DurableBefore);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[20..], PayloadChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[ChecksumOffset..], Crc32C.Finish(Crc32C.Append(saltedStart, destination[..ChecksumOffset])));
    }

    public static bool TryRead(uint saltedStart, ReadOnlySpan<byte> bytes, out RecordHeader header)
    {
        header = default;
        if (bytes.Length < Length) return false;
        var checksum = BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]);
        if (checksum != Crc32C.Finish(Crc32C.Append(saltedStart, bytes[..ChecksumOffset]))) return false;
        header = new RecordHeader(
            BinaryPrimitives.ReadInt32LittleEndian(bytes),
            ReadNumber(bytes),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]));
        return header.PayloadLength >= 0;
    }

    /// <summary>What would be the record's number, unchecked.</summary>
    public static ulong ReadNumber(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[4..]);
}

/// <summary>The words that records are masked with: what splitmix64 makes of the salt and a word's place in the segment.</summary>
internal static class RecordMask
{
    public const int WordBytes = sizeof(ulong);

    /// <summary>Masks what is clear, and the other way about.</summary>
    /// <param name="salt">The segment's.</param>
    /// <param name="offset">Where the bytes are in the segment; whole words from there on.</param>
    /// <param name="bytes">Whole words.</param>
    public static void Apply(ulong salt, long offset, Span<byte> bytes)
    {
        Invariant.Holds(offset % WordBytes == 0 && bytes.Length % WordBytes == 0);
        unchecked
        {
            const ulong step = 0x9E3779B97F4A7C15;
            var state = salt + ((ulong)(offset / WordBytes) * step);
            for (; !bytes.IsEmpty; bytes = bytes[WordBytes..])
            {
                state += step;
                var mask = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
                mask = (mask ^ (mask >> 27)) * 0x94D049BB133111EB;
                BinaryPrimitives.WriteUInt64LittleEndian(bytes, BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ mask ^ (mask >> 31));
            }
        }
    }
}
