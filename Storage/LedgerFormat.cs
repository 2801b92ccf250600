// The bytes of a ledger, all integers little-endian. It is cut into files, each named by the position of its first entry:
//   ledger-POSITION      entries: length u32 | position u64 | CRC-32C u32 of length, position and content | content
//   ledger-POSITION.idx  for each entry: its offset u64 | CRC-32C u32 of position and offset
// The index can be made again from the entries.
using System.Buffers.Binary;

namespace KvStore.Storage;

/// <summary>Names and checksums of ledger files.</summary>
internal static class LedgerFormat
{
    private static readonly NumberedName _name = new("ledger-", 20);
    public const string IndexSuffix = ".idx";
    public const int EntryHeaderBytes = 16;
    public const int IndexEntryBytes = 12;
    public const int EntryBytesMax = 64 * 1024 * 1024;

    private const int ChecksumOffset = 12;

    public static string FileName(ulong first) => _name.Of(first);

    public static string IndexName(ulong first) => FileName(first) + IndexSuffix;

    /// <summary>The first position in a file's name; false for a file that holds no entries.</summary>
    public static bool TryParseName(string file, out ulong first) => _name.TryParse(file, out first);

    public static void WriteEntryHeader(Span<byte> destination, ulong position, ReadOnlySpan<byte> content)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination, content.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[4..], position);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[ChecksumOffset..], Checksum(destination, content));
    }

    /// <summary>The length of an entry whose header this is; false when it can't be one.</summary>
    public static bool TryReadLength(ReadOnlySpan<byte> header, ulong position, out int length)
    {
        length = header.Length < EntryHeaderBytes ? -1 : BinaryPrimitives.ReadInt32LittleEndian(header);
        return length is >= 0 and <= EntryBytesMax && BinaryPrimitives.ReadUInt64LittleEndian(header[4..]) == position;
    }

    public static bool IsGood(ReadOnlySpan<byte> header, ReadOnlySpan<byte> content) =>
        BinaryPrimitives.ReadUInt32LittleEndian(header[ChecksumOffset..]) == Checksum(header, content);

    public static void WriteIndexEntry(Span<byte> destination, ulong position, long offset)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination, offset);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], IndexChecksum(position, destination[..8]));
    }

    public static bool TryReadIndexEntry(ReadOnlySpan<byte> bytes, ulong position, out long offset)
    {
        offset = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        return offset >= 0 && BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) == IndexChecksum(position, bytes[..8]);
    }

    private static uint Checksum(ReadOnlySpan<byte> header, ReadOnlySpan<byte> content) =>
        Crc32C.Finish(Crc32C.Append(Crc32C.Append(Crc32C.Start, header[..ChecksumOffset]), content));

    private static uint IndexChecksum(ulong position, ReadOnlySpan<byte> offset)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, position);
        return Crc32C.Finish(Crc32C.Append(Crc32C.Append(Crc32C.Start, bytes), offset));
    }
}
