using System.Buffers.Binary;
using KvStore.Protocol;

namespace KvStore.Storage;

/// <summary>
/// Writes a snapshot beside the one that is there: under another name until all of it is durable. One that is not completed is left over for the
/// next writer, or the next start, to remove.
/// </summary>
public sealed class SnapshotWriter
{
    // So that no flush at the end has all of a large state to write, and others wait behind it.
    private const long FlushBytes = 8 * 1024 * 1024;

    private readonly IDisk _disk;
    private readonly ulong _position;
    private readonly string _file;
    private long _length;
    private long _flushed;
    private uint _chunks;

    private SnapshotWriter(IDisk disk, ulong position)
    {
        _disk = disk;
        _position = position;
        _file = SnapshotFormat.FileName(position) + SnapshotFormat.UnfinishedSuffix;
    }

    /// <summary>Begins a snapshot.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="position">The position whose state it holds.</param>
    /// <param name="certificate">What proves that state, as the caller understands it.</param>
    /// <exception cref="DiskFullException">There is no room.</exception>
    public static SnapshotWriter Begin(IDisk disk, ulong position, ReadOnlySpan<byte> certificate)
    {
        disk.DeleteEndingIn(SnapshotFormat.UnfinishedSuffix);
        var writer = new SnapshotWriter(disk, position);
        var header = new byte[SnapshotFormat.FixedHeaderBytes + certificate.Length + SnapshotFormat.ChecksumBytes];
        SnapshotFormat.Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(8), position);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), certificate.Length);
        certificate.CopyTo(header.AsSpan(SnapshotFormat.FixedHeaderBytes));
        var covered = header.Length - SnapshotFormat.ChecksumBytes;
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(covered), Crc32C.Finish(Crc32C.Append(Crc32C.Start, header.AsSpan(0, covered))));
        writer.Write(header);
        return writer;
    }

    /// <summary>Adds a chunk, which is not empty.</summary>
    /// <exception cref="DiskFullException">There is no room. The snapshot is to be begun anew.</exception>
    public void Add(ReadOnlySpan<byte> chunk)
    {
        ArgumentOutOfRangeException.ThrowIfZero(chunk.Length);
        WriteChunk(chunk);
        _chunks++;
        if (_length - _flushed < FlushBytes) return;
        _disk.Flush(_file);
        _flushed = _length;
    }

    /// <summary>Ends the snapshot; it is there, durably, when this returns.</summary>
    /// <exception cref="DiskFullException">There is no room. The snapshot is to be begun anew.</exception>
    public void Complete()
    {
        WriteChunk([]);
        if (!PlantedBugs.Has(PlantedBug.SnapshotNamedBeforeFlush)) _disk.Flush(_file);
        _disk.Rename(_file, SnapshotFormat.FileName(_position));
        _disk.FlushNames();
    }

    private void WriteChunk(ReadOnlySpan<byte> content)
    {
        Span<byte> header = stackalloc byte[SnapshotFormat.ChunkHeaderBytes];
        SnapshotFormat.WriteChunkHeader(header, _position, _chunks, content);
        Write(header);
        Write(content);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        try
        {
            _disk.Write(_file, _length, bytes);
        }
        catch (DiskFullException)
        {
            // It is begun anew, and meanwhile the log needs the room more.
            _disk.DeleteEndingIn(SnapshotFormat.UnfinishedSuffix);
            throw;
        }

        _length += bytes.Length;
    }
}
