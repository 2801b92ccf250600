// Tells a torn tail from damage. A crash takes away the end of what was written since the last flush, so a bad record with nothing valid
// after it was torn and is cut; a bad record before a valid one is damage, whatever the reason. What cannot be told apart: decay inside
// the very last record looks like a torn tail, and is cut. The replica has then forgotten one record that it may have acted on; it counts
// as one of the f faulty ones. The other way round, a disk that wrote later sectors of one flush before earlier ones leaves what looks
// like damage; the replica is then repaired from its peers, which costs time and no safety.
namespace KvStore.Storage;

/// <summary>What a segment's bytes say.</summary>
internal sealed class SegmentReader
{
    private readonly string _file;
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly List<ReadOnlyMemory<byte>> _records = [];

    private SegmentReader(string file, ReadOnlyMemory<byte> bytes)
    {
        _file = file;
        _bytes = bytes;
    }

    public SegmentHeader Header { get; private set; }

    /// <summary>The valid records from the beginning on.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Records => _records;

    /// <summary>Where the first invalid byte is, or the end.</summary>
    public long ValidLength { get; private set; }

    /// <summary>Whether the header and all records that it announces are there, so that this segment replaces older ones.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Reads a segment.</summary>
    /// <exception cref="LogDamagedException">The segment is complete, and something after its base is damaged.</exception>
    public static SegmentReader Read(string file, ulong segment, ReadOnlyMemory<byte> bytes)
    {
        var reader = new SegmentReader(file, bytes);
        if (SegmentHeader.TryRead(bytes.Span, out var header) && header.Segment == segment) reader.ReadRecords(header);
        return reader;
    }

    private void ReadRecords(SegmentHeader header)
    {
        Header = header;
        ValidLength = SegmentHeader.Length;
        var saltedStart = header.SaltedStart();
        while (ValidLength < _bytes.Length)
        {
            if (!TryReadRecord(saltedStart, NextNumber)) break;
        }

        IsComplete = (ulong)_records.Count >= header.LiveRecords;
        if (IsComplete && HasLaterRecord(saltedStart)) throw new LogDamagedException(_file, ValidLength, "a bad record with valid ones after it.");
    }

    private ulong NextNumber => Header.FirstRecord + (ulong)_records.Count;

    private bool TryReadRecord(uint saltedStart, ulong expected)
    {
        var rest = _bytes[(int)ValidLength..];
        if (!RecordHeader.TryRead(saltedStart, rest.Span, out var header)) return false;
        if (header.PayloadLength > rest.Length - RecordHeader.Length) return false;
        var payload = rest.Slice(RecordHeader.Length, header.PayloadLength);
        if (Crc32C.Finish(Crc32C.Append(saltedStart, payload.Span)) != header.PayloadChecksum) return false;
        if (header.Number != expected) throw new LogDamagedException(_file, ValidLength, $"record {header.Number} where {expected} belongs.");
        _records.Add(payload);
        ValidLength += RecordHeader.Length + header.PayloadLength;
        return true;
    }

    /// <summary>Whether the header of a later record is anywhere after the first bad byte.</summary>
    private bool HasLaterRecord(uint saltedStart)
    {
        var rest = _bytes.Span[(int)ValidLength..];
        var expected = NextNumber;
        for (var offset = 1; offset <= rest.Length - RecordHeader.Length; offset++)
        {
            var candidate = rest[offset..];
            // The number alone refuses almost every offset, which spares the checksum.
            var number = RecordHeader.ReadNumber(candidate);
            if (number <= expected || number - expected > (ulong)rest.Length) continue;
            if (RecordHeader.TryRead(saltedStart, candidate, out _)) return true;
        }

        return false;
    }
}
