// The bytes of a snapshot, all integers little-endian:
//   header: "kv-snp-1" | position u64 | certificate length u32 | certificate | CRC-32C u32 of all before it
//   chunk:  length u32 | number u32 | CRC-32C u32 of position, length, number and content | content
//   end:    a chunk of length 0, whose number is that of the chunks before it. Nothing comes after it.
// The position is in every checksum, so that a chunk of another snapshot is not taken for one of this.
using System.Buffers.Binary;

namespace KvStore.Storage;

/// <summary>Names and checksums of snapshot files.</summary>
internal static class SnapshotFormat
{
    public const string UnfinishedSuffix = ".snap-new";
    public const int FixedHeaderBytes = 20;
    public const int ChecksumBytes = sizeof(uint);
    public const int ChunkHeaderBytes = 12;

    /// <summary>The longest certificate and the longest chunk that a reader takes for one.</summary>
    public const int PartBytesMax = 64 * 1024 * 1024;

    private static readonly NumberedName _name = new("snap-", 20);

    public static ReadOnlySpan<byte> Magic => "kv-snp-1"u8;

    public static string FileName(ulong position) => _name.Of(position);

    /// <summary>The position in a file's name; false for a file that is no snapshot.</summary>
    public static bool TryParseName(string file, out ulong position) => _name.TryParse(file, out position);

    public static void WriteChunkHeader(Span<byte> destination, ulong position, uint number, ReadOnlySpan<byte> content)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination, content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], number);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], ChunkChecksum(position, destination[..8], content));
    }

    public static uint ChunkChecksum(ulong position, ReadOnlySpan<byte> lengthAndNumber, ReadOnlySpan<byte> content)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, position);
        return Crc32C.Finish(Crc32C.Append(Crc32C.Append(Crc32C.Append(Crc32C.Start, bytes), lengthAndNumber), content));
    }
}
