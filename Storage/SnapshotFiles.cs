using System.Buffers.Binary;

namespace KvStore.Storage;

/// <summary>The snapshots of a disk. A file that has a snapshot's name was durable when it got it.</summary>
public static class SnapshotFiles
{
    /// <summary>The positions of the snapshots that are there, ascending.</summary>
    public static IReadOnlyList<ulong> Positions(IDisk disk)
    {
        var positions = new List<ulong>();
        foreach (var file in disk.Files)
        {
            if (SnapshotFormat.TryParseName(file, out var position)) positions.Add(position);
        }

        return positions;
    }

    /// <summary>Where people find a snapshot.</summary>
    public static string PathOf(IDisk disk, ulong position) => disk.PathOf(SnapshotFormat.FileName(position));

    /// <summary>Deletes what unfinished snapshots of an earlier run left.</summary>
    public static void DropUnfinished(IDisk disk) => disk.DeleteEndingIn(SnapshotFormat.UnfinishedSuffix);

    /// <summary>Deletes the snapshots before a position. One there is durable.</summary>
    public static void DropBefore(IDisk disk, ulong position)
    {
        foreach (var older in Positions(disk).Where(each => each < position)) disk.Delete(SnapshotFormat.FileName(older));
    }

    /// <summary>What proves the state of a snapshot, as its writer gave it.</summary>
    /// <exception cref="SnapshotDamagedException">It is not as it was written.</exception>
    public static byte[] ReadCertificate(IDisk disk, ulong position)
    {
        var header = ReadHeader(disk, position);
        return header[SnapshotFormat.FixedHeaderBytes..^SnapshotFormat.ChecksumBytes];
    }

    /// <summary>The chunks of a snapshot, one after the other: of each its content, and where its part of the file begins.</summary>
    /// <exception cref="SnapshotDamagedException">It is not as it was written; thrown when the enumeration comes to that place.</exception>
    public static IEnumerable<(long Offset, byte[] Content)> ReadChunks(IDisk disk, ulong position)
    {
        var file = SnapshotFormat.FileName(position);
        long offset = ReadHeader(disk, position).Length;
        for (uint number = 0; ; number++)
        {
            var content = ReadChunk(disk, position, offset, number);
            if (content.Length == 0) break;
            yield return (offset, content);
            offset += SnapshotFormat.ChunkHeaderBytes + content.Length;
        }

        offset += SnapshotFormat.ChunkHeaderBytes;
        if (disk.LengthOf(file) != offset) throw new SnapshotDamagedException(disk.PathOf(file), offset, "something follows its end.");
    }

    private static byte[] ReadHeader(IDisk disk, ulong position)
    {
        var file = SnapshotFormat.FileName(position);
        var start = new byte[SnapshotFormat.FixedHeaderBytes];
        if (disk.Read(file, 0, start) == start.Length && start.AsSpan().StartsWith(SnapshotFormat.Magic) && BinaryPrimitives.ReadUInt64LittleEndian(start.AsSpan(8)) == position)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(start.AsSpan(16));
            if (length >= 0 && length <= Math.Min(SnapshotFormat.PartBytesMax, disk.LengthOf(file)))
            {
                var header = new byte[SnapshotFormat.FixedHeaderBytes + length + SnapshotFormat.ChecksumBytes];
                var covered = header.Length - SnapshotFormat.ChecksumBytes;
                if (disk.Read(file, 0, header) == header.Length
                    && BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(covered)) == Crc32C.Finish(Crc32C.Append(Crc32C.Start, header.AsSpan(0, covered))))
                {
                    return header;
                }
            }
        }

        throw new SnapshotDamagedException(disk.PathOf(file), 0, "its beginning is bad or missing.");
    }

    private static byte[] ReadChunk(IDisk disk, ulong position, long offset, uint number)
    {
        var file = SnapshotFormat.FileName(position);
        Span<byte> header = stackalloc byte[SnapshotFormat.ChunkHeaderBytes];
        if (disk.Read(file, offset, header) < header.Length) throw new SnapshotDamagedException(disk.PathOf(file), offset, "it ends too early.");
        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        var room = disk.LengthOf(file) - offset - header.Length;
        if (length >= 0 && length <= Math.Min(SnapshotFormat.PartBytesMax, room) && BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) == number)
        {
            var content = new byte[length];
            _ = disk.Read(file, offset + header.Length, content);
            if (BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) == SnapshotFormat.ChunkChecksum(position, header[..8], content)) return content;
        }

        throw new SnapshotDamagedException(disk.PathOf(file), offset, $"chunk {number} is bad.");
    }
}
