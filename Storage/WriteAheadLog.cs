// What must be on disk before it is said: protocol.md section 11. The bytes are described in LogFormat.cs, torn tails in SegmentReader.cs.
// Crash consistency as in Pillai et al., "All File Systems Are Not Created Equal" (OSDI '14): a name is given to what is durable, and what a newer
// segment replaces is deleted last.
using System.Security.Cryptography;

namespace KvStore.Storage;

/// <summary>What a log is made like.</summary>
public sealed record WriteAheadLogOptions
{
    /// <summary>How much room a segment takes at a time, in bytes. What is written into room that was taken needs one write to become durable.</summary>
    public int AllocationBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Gives each new segment its secret salt (see LogFormat.cs). A simulation passes its own, so that its disks are the same to the byte.</summary>
    public Func<ulong> NewSalt { get; init; } = RandomSalt;

    private static ulong RandomSalt()
    {
        Span<byte> salt = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(salt);
        return BitConverter.ToUInt64(salt);
    }
}

/// <summary>A segment that a newer one will replace.</summary>
/// <param name="Basis">The position at which it begins.</param>
/// <param name="Records">Its records.</param>
public sealed record OlderSegment(ulong Basis, IReadOnlyList<ReadOnlyMemory<byte>> Records);

/// <summary>
/// A replica's log of records: appended, made durable together by <see cref="Flush"/>, and read back when the replica starts again.
/// One thread at a time uses it.
/// </summary>
public sealed class WriteAheadLog : IDisposable
{
    /// <summary>The longest record, in bytes.</summary>
    public const int RecordBytesMax = 64 * 1024 * 1024;

    private readonly IDisk _disk;
    private readonly WriteAheadLogOptions _options;

    // Older segments with records that wait for a flush; they are durable before the newer one is.
    private readonly List<SegmentWriter> _closing = [];

    private SegmentWriter _current;
    private bool _disposed;

    private WriteAheadLog(IDisk disk, WriteAheadLogOptions options, SegmentReader? found)
    {
        _disk = disk;
        _options = options;
        _current = found is null
            ? SegmentWriter.Begin(disk, new SegmentHeader(1, 1, 0, 0, options.NewSalt()), [], options.AllocationBytes)
            : SegmentWriter.Continue(disk, found, options.AllocationBytes);
    }

    /// <summary>The position at which the present segment begins: it says all that is needed besides the state at that position.</summary>
    public ulong Basis => _current.Header.Basis;

    /// <summary>The size of the present segment's records in bytes, durable or not.</summary>
    public long SizeBytes => _current.Length;

    /// <summary>
    /// Opens the disk's log, or creates it. A torn tail is cut and the leftovers of an unfinished segment are deleted; everything in
    /// <paramref name="records"/> is durable.
    /// </summary>
    /// <param name="disk">The disk. It is not disposed with the log, and only this log touches its files named <c>wal-…</c>.</param>
    /// <param name="records">The records of the newest segment in the order in which they were appended.</param>
    /// <param name="options">What it is made like; null for the defaults.</param>
    /// <exception cref="LogDamagedException">There is something that no crash explains. Nothing was changed on the disk.</exception>
    public static WriteAheadLog Open(IDisk disk, out IReadOnlyList<ReadOnlyMemory<byte>> records, WriteAheadLogOptions? options = null)
    {
        var found = LogRecovery.Recover(disk);
        records = found?.Records ?? [];
        var log = new WriteAheadLog(disk, options ?? new WriteAheadLogOptions(), found);
        log._current.Flush();
        return log;
    }

    /// <summary>Whether a disk has a log.</summary>
    public static bool IsThere(IDisk disk) => LogRecovery.Segments(disk).Count > 0;

    /// <summary>
    /// The older segments from one basis on, ascending: what is needed to make the state at <see cref="Basis"/> from the one at that position.
    /// They are there after a crash that came before <see cref="TryDropOlder"/>. Each is read when the enumeration comes to it: there may be many.
    /// </summary>
    /// <exception cref="LogDamagedException">One of them is bad, or does not go on where the one before it ends; thrown when it is read.</exception>
    public IEnumerable<OlderSegment> ReadOlder(ulong fromBasis)
    {
        ulong? next = null;
        foreach (var number in LogRecovery.Segments(_disk).Where(number => number < _current.Header.Segment))
        {
            var segment = SegmentReader.Read(_disk, number);
            if (segment.Header.Basis < fromBasis) continue;
            RequireNext(number, next);
            next = number + 1;
            yield return new OlderSegment(segment.Header.Basis, segment.Records);
        }

        if (next is not null) RequireNext(_current.Header.Segment, next);
    }

    /// <summary>Appends a record. It is not durable before <see cref="Flush"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is longer than <see cref="RecordBytesMax"/>.</exception>
    public void Append(ReadOnlySpan<byte> record)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(record.Length, RecordBytesMax);
        _current.Append(record);
    }

    /// <summary>Returns when every record appended so far is durable, with one flush of the disk. Does nothing when none waits.</summary>
    /// <exception cref="DiskFullException">There is no room; what waits goes on waiting, and the flush may be tried again.</exception>
    public void Flush()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        for (; _closing.Count > 0; _closing.RemoveAt(0)) _closing[0].Flush();
        _current.Flush();
    }

    /// <summary>
    /// Goes on in a new segment that begins with these records, from the next <see cref="Flush"/> on. They and the state at
    /// <paramref name="basis"/> replace all that was logged before; until <see cref="TryDropOlder"/> it stays, and the state may be made from it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">One of them is longer than <see cref="RecordBytesMax"/>. Nothing has changed.</exception>
    public void BeginSegment(ulong basis, IReadOnlyList<byte[]> liveRecords)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        foreach (var record in liveRecords) ArgumentOutOfRangeException.ThrowIfGreaterThan(record.Length, RecordBytesMax, nameof(liveRecords));
        if (_current.IsWaiting) _closing.Add(_current);
        var header = new SegmentHeader(_current.Header.Segment + 1, _current.NextRecord, (ulong)liveRecords.Count, basis, _options.NewSalt());
        _current = SegmentWriter.Begin(_disk, header, liveRecords, _options.AllocationBytes);
    }

    /// <summary>
    /// Deletes the segments that begin before a position, once the one that begins there is durable; the state there is. Needs no room, so that a full
    /// disk gets some.
    /// </summary>
    /// <returns>False, and nothing is deleted, when the segment that begins there still waits for a flush.</returns>
    public bool TryDropOlder(ulong basis)
    {
        // A segment has its name when what it begins with is durable.
        var segments = LogRecovery.Segments(_disk);
        var kept = segments.FindIndex(number => BeginsFrom(number, basis));
        if (kept < 0) return false;
        foreach (var number in segments.Take(kept)) _disk.Delete(SegmentHeader.FileName(number));
        return true;
    }

    /// <summary>Ends the use of the log. It does not flush: what was not flushed has been promised to nobody.</summary>
    public void Dispose() => _disposed = true;

    private bool BeginsFrom(ulong number, ulong basis)
    {
        Span<byte> bytes = stackalloc byte[SegmentHeader.Length];
        return _disk.Read(SegmentHeader.FileName(number), 0, bytes) == bytes.Length && SegmentHeader.TryRead(bytes, out var header) && header.Basis >= basis;
    }

    private void RequireNext(ulong number, ulong? expected)
    {
        if (expected is null || number == expected) return;
        throw new LogDamagedException(_disk.PathOf(SegmentHeader.FileName(expected.Value)), 0, "the segment is missing.");
    }
}
