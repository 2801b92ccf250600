// Tells a torn tail from damage. Between two flushes any sectors may get lost, so what was written since the last flush may have holes. Two signs
// tell damage from that:
//   - a later record that says of the bad one that it was durable;
//   - no sector's part of the bad record is missing. The log is written over zeros, so what a crash took away is a sector's part that is all
//     zeros, or lies behind the end of the file (etcd judges torn entries in the same way, server/storage/wal/decoder.go). Records are masked, so
//     that none is written as zeros (LogFormat.cs).
// What can't be told apart: decay that turns a whole sector's part of a record of the last flush into zeros. It is cut as a torn tail. The
// replica has then forgotten what it may have acted on; it counts as one of the f faulty ones.
using KvStore.Protocol;

namespace KvStore.Storage;

/// <summary>What a segment's bytes say.</summary>
internal sealed class SegmentReader
{
    private readonly string _path;
    // As they lie on the disk, and with the mask taken off, as far as there are whole words.
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly ReadOnlyMemory<byte> _clear;
    private readonly List<ReadOnlyMemory<byte>> _records = [];

    private SegmentReader(string path, ReadOnlyMemory<byte> bytes, SegmentHeader header)
    {
        _path = path;
        _bytes = bytes;
        _clear = Unmask(bytes.Span, header.Salt);
        Header = header;
    }

    public SegmentHeader Header { get; }

    /// <summary>The valid records from the beginning on.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Records => _records;

    /// <summary>Where the first invalid byte is, or the end.</summary>
    public long ValidLength { get; private set; } = SegmentHeader.Length;

    /// <summary>Whether there is anything but zeros behind what is valid.</summary>
    public bool HasTornTail => _bytes.Span[(int)ValidLength..].ContainsAnyExcept((byte)0);

    /// <summary>Reads a segment. It got its name when its header and its live records were durable.</summary>
    /// <exception cref="LogDamagedException">Something that was durable is not there.</exception>
    public static SegmentReader Read(IDisk disk, ulong segment)
    {
        var file = SegmentHeader.FileName(segment);
        var bytes = disk.ReadAll(file);
        if (!SegmentHeader.TryRead(bytes, out var header) || header.Segment != segment)
        {
            throw new LogDamagedException(disk.PathOf(file), 0, "the beginning of the segment is bad or missing.");
        }

        var reader = new SegmentReader(disk.PathOf(file), bytes, header);
        reader.ReadRecords();
        return reader;
    }

    private ulong NextNumber => Header.FirstRecord + (ulong)_records.Count;

    private void ReadRecords()
    {
        var saltedStart = Header.SaltedStart();
        while (TryReadRecord(saltedStart))
        {
        }

        if (PlantedBugs.Has(PlantedBug.LogEndsAtFirstBadRecord)) return;
        if ((ulong)_records.Count < Header.LiveRecords) throw Damaged("a bad record among those that the segment begins with.");
        if (HasLaterWitness(saltedStart)) throw Damaged("a bad record, and a later one says that it was durable.");
        if (!IsTorn(saltedStart)) throw Damaged("a bad record that no crash explains: all of its sectors were written.");
    }

    private bool TryReadRecord(uint saltedStart)
    {
        var rest = _clear[(int)ValidLength..];
        if (!RecordHeader.TryRead(saltedStart, rest.Span, out var header)) return false;
        var length = RecordHeader.RecordLength(header.PayloadLength);
        if (length > rest.Length) return false;
        var padded = rest[RecordHeader.Length..(int)length];
        if (Crc32C.Finish(Crc32C.Append(saltedStart, padded.Span)) != header.PayloadChecksum) return false;
        if (header.Number != NextNumber) throw Damaged($"record {header.Number} where {NextNumber} belongs.");
        _records.Add(padded[..header.PayloadLength]);
        ValidLength += length;
        return true;
    }

    /// <summary>Whether a later record, anywhere after the first bad byte, was written when the missing one was durable.</summary>
    private bool HasLaterWitness(uint saltedStart)
    {
        var rest = _clear.Span[(int)ValidLength..];
        var expected = NextNumber;
        // The log's end is a long run of zeros.
        var end = Math.Min(_bytes.Span[(int)ValidLength..].LastIndexOfAnyExcept((byte)0), rest.Length - RecordHeader.Length);
        for (var offset = RecordMask.WordBytes; offset <= end; offset += RecordMask.WordBytes)
        {
            var candidate = rest[offset..];
            // The number alone refuses almost every offset, which spares the checksum.
            var number = RecordHeader.ReadNumber(candidate);
            if (number <= expected || number - expected > (ulong)rest.Length) continue;
            if (RecordHeader.TryRead(saltedStart, candidate, out var header) && header.DurableBefore > expected) return true;
        }

        return false;
    }

    /// <summary>Whether a crash can have left the first bad record: a sector's part of it is missing.</summary>
    private bool IsTorn(uint saltedStart)
    {
        var rest = _bytes.Span[(int)ValidLength..];
        if (rest.Length < RecordHeader.RecordLengthMin || IsMissing(rest[..RecordHeader.RecordLengthMin])) return true;
        if (!RecordHeader.TryRead(saltedStart, _clear.Span[(int)ValidLength..], out var header)) return false;
        var length = RecordHeader.RecordLength(header.PayloadLength);
        return length > rest.Length || IsMissing(rest[..(int)length]);
    }

    private bool IsMissing(ReadOnlySpan<byte> record)
    {
        var offset = (int)ValidLength;
        while (!record.IsEmpty)
        {
            var part = Math.Min(record.Length, IDisk.SectorBytes - (offset % IDisk.SectorBytes));
            if (!record[..part].ContainsAnyExcept((byte)0)) return true;
            record = record[part..];
            offset += part;
        }

        return false;
    }

    private static byte[] Unmask(ReadOnlySpan<byte> bytes, ulong salt)
    {
        var clear = bytes[..(bytes.Length / RecordMask.WordBytes * RecordMask.WordBytes)].ToArray();
        RecordMask.Apply(salt, SegmentHeader.Length, clear.AsSpan(SegmentHeader.Length));
        return clear;
    }

    private LogDamagedException Damaged(string what) => new(_path, ValidLength, what);
}
