using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace KvStore.Storage;

/// <summary>
/// Reads one snapshot: on a replica's disk, or a file that nobody holds a lease on. A file that has a snapshot's name is whole and never changes, so that it
/// may be read beside the replica that wrote it. One thread at a time uses a reader.
/// </summary>
public sealed class SnapshotReader : IDisposable
{
    private readonly string _path;
    private readonly long _length;
    private readonly ReadAt _read;
    private readonly SafeFileHandle? _file;
    private readonly byte[] _header;

    private SnapshotReader(string path, long length, ReadAt read, SafeFileHandle? file)
    {
        (_path, _length, _read, _file) = (path, length, read, file);
        _header = ReadHeader();
    }

    private delegate int ReadAt(long offset, Span<byte> destination);

    /// <summary>The position whose state it holds.</summary>
    public ulong Position => BinaryPrimitives.ReadUInt64LittleEndian(_header.AsSpan(8));

    /// <summary>What proves that state, as its writer gave it.</summary>
    public ReadOnlyMemory<byte> Certificate => _header.AsMemory(SnapshotFormat.FixedHeaderBytes..^SnapshotFormat.ChecksumBytes);

    /// <summary>Its length in bytes.</summary>
    public long Length => _length;

    /// <summary>Opens a file.</summary>
    /// <exception cref="SnapshotDamagedException">It does not begin as a snapshot.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public static SnapshotReader Open(string path)
    {
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            return new SnapshotReader(path, RandomAccess.GetLength(file), (offset, destination) => ReadFully(file, offset, destination), file);
        }
        catch (Exception failure) when (failure is IOException or DiskDamagedException)
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The chunks, one after the other: of each its content, and where its part of the file begins.</summary>
    /// <exception cref="SnapshotDamagedException">It is not as it was written; thrown when the enumeration comes to that place.</exception>
    public IEnumerable<(long Offset, byte[] Content)> ReadChunks()
    {
        long offset = _header.Length;
        for (uint number = 0; ; number++)
        {
            var content = ReadChunk(offset, number);
            if (content.Length == 0) break;
            yield return (offset, content);
            offset += SnapshotFormat.ChunkHeaderBytes + content.Length;
        }

        offset += SnapshotFormat.ChunkHeaderBytes;
        if (_length != offset) throw Damaged(offset, "something follows its end.");
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file?.Dispose();

    /// <summary>Reads the snapshot that a disk has of a position.</summary>
    internal static SnapshotReader On(IDisk disk, ulong position)
    {
        var file = SnapshotFormat.FileName(position);
        var reader = new SnapshotReader(disk.PathOf(file), disk.LengthOf(file), (offset, destination) => disk.Read(file, offset, destination), file: null);
        return reader.Position == position ? reader : throw reader.Damaged(0, "its beginning is bad or missing.");
    }

    private static int ReadFully(SafeFileHandle file, long offset, Span<byte> destination)
    {
        var done = 0;
        while (done < destination.Length)
        {
            var count = RandomAccess.Read(file, destination[done..], offset + done);
            if (count == 0) break;
            done += count;
        }

        return done;
    }

    private byte[] ReadHeader()
    {
        var start = new byte[SnapshotFormat.FixedHeaderBytes];
        if (_read(0, start) == start.Length && start.AsSpan().StartsWith(SnapshotFormat.Magic))
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(start.AsSpan(16));
            if (length >= 0 && length <= Math.Min(SnapshotFormat.PartBytesMax, _length))
            {
                var header = new byte[SnapshotFormat.FixedHeaderBytes + length + SnapshotFormat.ChecksumBytes];
                var covered = header.Length - SnapshotFormat.ChecksumBytes;
                if (_read(0, header) == header.Length
                    && BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(covered)) == Crc32C.Finish(Crc32C.Append(Crc32C.Start, header.AsSpan(0, covered))))
                {
                    return header;
                }
            }
        }

        throw Damaged(0, "its beginning is bad or missing.");
    }

    private byte[] ReadChunk(long offset, uint number)
    {
        Span<byte> header = stackalloc byte[SnapshotFormat.ChunkHeaderBytes];
        if (_read(offset, header) < header.Length) throw Damaged(offset, "it ends too early.");
        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        var room = _length - offset - header.Length;
        if (length >= 0 && length <= Math.Min(SnapshotFormat.PartBytesMax, room) && BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) == number)
        {
            var content = new byte[length];
            _ = _read(offset + header.Length, content);
            if (BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) == SnapshotFormat.ChunkChecksum(Position, header[..8], content)) return content;
        }

        throw Damaged(offset, $"chunk {number} is bad.");
    }

    private SnapshotDamagedException Damaged(long offset, string what) => new(_path, offset, what);
}
