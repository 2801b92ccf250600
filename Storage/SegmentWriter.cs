using System.Buffers;

namespace KvStore.Storage;

/// <summary>
/// The end of a segment: records gather in memory until <see cref="Flush"/>. A new segment is written under another name, and gets its own when what
/// it begins with is durable, so that whatever has the name is whole. A flush that found no room can be tried again.
/// </summary>
internal sealed class SegmentWriter
{
    public const string UnfinishedSuffix = ".wal-new";

    private const int KeptBufferBytesMax = 4 * 1024 * 1024;

    private readonly IDisk _disk;
    private readonly uint _saltedStart;
    private readonly int _allocationBytes;
    private ArrayBufferWriter<byte> _waiting = new();
    private ulong _durableBefore;
    private long _written;
    private long _allocated;
    private bool _isNew;

    private SegmentWriter(IDisk disk, SegmentHeader header, int allocationBytes)
    {
        _disk = disk;
        _allocationBytes = allocationBytes;
        _saltedStart = header.SaltedStart();
        Header = header;
        NextRecord = _durableBefore = header.FirstRecord;
    }

    public SegmentHeader Header { get; }

    /// <summary>The number of the next record.</summary>
    public ulong NextRecord { get; private set; }

    /// <summary>The bytes of header and records, flushed or not.</summary>
    public long Length => _written + _waiting.WrittenCount;

    /// <summary>Whether a flush has something to do.</summary>
    public bool IsWaiting => _isNew || _waiting.WrittenCount > 0;

    public static SegmentWriter Begin(IDisk disk, SegmentHeader header, IReadOnlyList<byte[]> live, int allocationBytes)
    {
        var writer = new SegmentWriter(disk, header, allocationBytes) { _isNew = true };
        header.Write(writer._waiting.GetSpan(SegmentHeader.Length));
        writer._waiting.Advance(SegmentHeader.Length);
        foreach (var record in live) writer.Append(record);
        return writer;
    }

    /// <summary>Goes on in a segment whose torn tail has been cut, and all of which is durable.</summary>
    public static SegmentWriter Continue(IDisk disk, SegmentReader segment, int allocationBytes)
    {
        var writer = new SegmentWriter(disk, segment.Header, allocationBytes)
        {
            _written = segment.ValidLength,
            _allocated = disk.LengthOf(SegmentHeader.FileName(segment.Header.Segment)),
        };
        writer.NextRecord += (ulong)segment.Records.Count;
        writer._durableBefore = writer.NextRecord;
        return writer;
    }

    public void Append(ReadOnlySpan<byte> record)
    {
        var length = (int)RecordHeader.RecordLength(record.Length);
        var bytes = _waiting.GetSpan(length)[..length];
        var payload = bytes[RecordHeader.Length..];
        record.CopyTo(payload);
        payload[record.Length..].Clear();
        new RecordHeader(record.Length, NextRecord, _durableBefore, Crc32C.Finish(Crc32C.Append(_saltedStart, payload))).Write(_saltedStart, bytes);
        RecordMask.Apply(Header.Salt, Length, bytes);
        _waiting.Advance(length);
        NextRecord++;
    }

    /// <summary>Makes durable all that was appended.</summary>
    public void Flush()
    {
        if (!IsWaiting) return;
        var name = SegmentHeader.FileName(Header.Segment);
        var file = _isNew ? name + UnfinishedSuffix : name;
        MakeRoom(file);
        _disk.Write(file, _written, _waiting.WrittenSpan);
        _disk.Flush(file);
        if (_isNew)
        {
            _disk.Rename(file, name);
            _disk.FlushNames();
            _isNew = false;
        }

        _written = Length;
        _durableBefore = NextRecord;
        if (_waiting.Capacity > KeptBufferBytesMax) _waiting = new ArrayBufferWriter<byte>();
        else _waiting.ResetWrittenCount();
    }

    private void MakeRoom(string file)
    {
        if (Length <= _allocated) return;
        var room = (Length + _allocationBytes - 1) / _allocationBytes * _allocationBytes;
        _disk.Allocate(file, room);
        _allocated = room;
    }
}
