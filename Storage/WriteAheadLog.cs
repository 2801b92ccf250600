// What must be on disk before it is said: protocol.md section 11. The bytes are described in LogFormat.cs, torn tails in SegmentReader.cs.
// Crash consistency as in Pillai et al., "All File Systems Are Not Created Equal" (OSDI '14): only appends, flushes and whole-file deletes,
// in this order.
using System.Security.Cryptography;
using KvStore.Protocol;

namespace KvStore.Storage;

/// <summary>
/// A replica's log of records: appended, made durable together by <see cref="Flush"/>, and read back when the replica starts again.
/// One thread at a time uses it.
/// </summary>
public sealed class WriteAheadLog : IDisposable
{
    /// <summary>The longest record, in bytes.</summary>
    public const int RecordBytesMax = 64 * 1024 * 1024;

    private readonly IDisk _disk;
    private readonly Func<ulong> _newSalt;
    private ulong _segment;
    private string _file = "";
    private uint _saltedStart;
    private ulong _nextRecord;
    private bool _waiting;
    private bool _disposed;

    private WriteAheadLog(IDisk disk, Func<ulong> newSalt)
    {
        _disk = disk;
        _newSalt = newSalt;
    }

    /// <summary>The log's size on disk in bytes, durable or not. It shrinks by <see cref="Compact"/> only.</summary>
    public long SizeBytes { get; private set; }

    /// <summary>
    /// Opens the disk's log, or creates it. A torn tail is cut and the leftovers of an unfinished compaction are deleted;
    /// everything in <paramref name="records"/> is durable.
    /// </summary>
    /// <param name="disk">The disk. It is not disposed with the log, and only this log touches its files named <c>wal-…</c>.</param>
    /// <param name="records">The records in the order in which they were appended.</param>
    /// <param name="newSalt">Gives each new segment its secret salt (see LogFormat.cs); null for true randomness. A simulation passes
    /// its own, so that its disks are the same to the byte.</param>
    /// <exception cref="LogDamagedException">There is something that no crash explains. Nothing was changed on the disk.</exception>
    public static WriteAheadLog Open(IDisk disk, out IReadOnlyList<ReadOnlyMemory<byte>> records, Func<ulong>? newSalt = null)
    {
        var log = new WriteAheadLog(disk, newSalt ?? RandomSalt);
        var current = LogRecovery.Recover(disk);
        records = current?.Records ?? [];
        if (current is null) log.StartSegment(new SegmentHeader(1, 1, 0, log._newSalt()), []);
        else log.ContinueSegment(current);
        return log;
    }

    /// <summary>Appends a record. It is not durable before <see cref="Flush"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is longer than <see cref="RecordBytesMax"/>.</exception>
    public void Append(ReadOnlySpan<byte> record)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(record.Length, RecordBytesMax);
        Write(record);
        _waiting = true;
    }

    /// <summary>Returns when every record appended so far is durable. Does nothing when none waits.</summary>
    public void Flush()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_waiting) return;
        _disk.Flush(_file);
        _waiting = false;
    }

    /// <summary>
    /// Replaces the log's whole content by these records, durably. A crash at any point leaves the content from before
    /// (records that were not flushed may be missing from it) or the new one, never a mixture.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">One of them is longer than <see cref="RecordBytesMax"/>. Nothing has changed.</exception>
    public void Compact(IReadOnlyList<byte[]> liveRecords)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        foreach (var record in liveRecords) ArgumentOutOfRangeException.ThrowIfGreaterThan(record.Length, RecordBytesMax, nameof(liveRecords));
        var replaced = _file;
        // The old segment goes only after the new one is durable: until then recovery prefers the old one.
        StartSegment(new SegmentHeader(_segment + 1, _nextRecord, (ulong)liveRecords.Count, _newSalt()), liveRecords);
        _disk.Delete(replaced);
    }

    /// <summary>Ends the use of the log. It does not flush: what was not flushed has been promised to nobody.</summary>
    public void Dispose() => _disposed = true;

    private static ulong RandomSalt()
    {
        Span<byte> salt = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(salt);
        return BitConverter.ToUInt64(salt);
    }

    private void StartSegment(SegmentHeader header, IReadOnlyList<byte[]> records)
    {
        Use(header);
        Span<byte> bytes = stackalloc byte[SegmentHeader.Length];
        header.Write(bytes);
        _disk.Append(_file, bytes);
        SizeBytes = bytes.Length;
        foreach (var record in records) Write(record);
        _disk.Flush(_file);
        _waiting = false;
    }

    private void ContinueSegment(SegmentReader current)
    {
        Use(current.Header);
        SizeBytes = current.ValidLength;
        _nextRecord += (ulong)current.Records.Count;
    }

    private void Use(SegmentHeader header)
    {
        _segment = header.Segment;
        _file = SegmentHeader.FileName(header.Segment);
        _saltedStart = header.SaltedStart();
        _nextRecord = header.FirstRecord;
    }

    private void Write(ReadOnlySpan<byte> record)
    {
        Invariant.Holds(_file.Length > 0);
        Span<byte> bytes = stackalloc byte[RecordHeader.Length];
        var checksum = Crc32C.Finish(Crc32C.Append(_saltedStart, record));
        new RecordHeader(record.Length, _nextRecord, checksum).Write(_saltedStart, bytes);
        _disk.Append(_file, bytes);
        _disk.Append(_file, record);
        SizeBytes += RecordHeader.Length + record.Length;
        _nextRecord++;
    }
}
