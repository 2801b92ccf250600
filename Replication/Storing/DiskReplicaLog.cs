using KvStore.Protocol;
using KvStore.Replication.Ports;
using KvStore.Storage;

namespace KvStore.Replication.Storing;

/// <summary>A replica's log in a write-ahead log on a disk.</summary>
public sealed class DiskReplicaLog : IReplicaLog, IDisposable
{
    private readonly IDisk _disk;
    private readonly WriteAheadLog _log;
    private IReadOnlyList<ReadOnlyMemory<byte>> _records;

    /// <summary>Opens the log on this disk; a torn tail is cut.</summary>
    /// <param name="disk">The replica's own disk.</param>
    /// <param name="options">What the log is made like; null for the defaults.</param>
    /// <exception cref="LogDamagedException">A record that was durable is damaged.</exception>
    public DiskReplicaLog(IDisk disk, WriteAheadLogOptions? options = null) => (_disk, _log) = (disk, WriteAheadLog.Open(disk, out _records, options));

    /// <inheritdoc/>
    public bool IsHeld => _disk.IsHeld;

    /// <summary>Whether no run has ever logged anything.</summary>
    public bool IsEmpty => _records.Count == 0 && _log.Basis == 0;

    /// <inheritdoc/>
    public IReadOnlyList<LogRecord> Load()
    {
        var records = Decode(_records);
        _records = [];
        return records;
    }

    /// <inheritdoc/>
    public IEnumerable<LogRecord> LoadOlder(SequenceNumber from)
    {
        var isFirst = true;
        foreach (var segment in _log.ReadOlder(from.Number))
        {
            if (isFirst && segment.Basis != from.Number) yield break;
            isFirst = false;
            foreach (var record in Decode(segment.Records)) yield return record;
        }
    }

    /// <inheritdoc/>
    public void Append(LogRecord record) => _log.Append(LogRecordCodec.Encode(record));

    /// <inheritdoc/>
    public void Flush() => _log.Flush();

    /// <inheritdoc/>
    public void BeginAt(SequenceNumber stable, IReadOnlyList<LogRecord> live) => _log.BeginSegment(stable.Number, [.. live.Select(LogRecordCodec.Encode)]);

    /// <inheritdoc/>
    public bool TryDropBefore(SequenceNumber stable) => _log.TryDropOlder(stable.Number);

    /// <inheritdoc/>
    public void Dispose() => _log.Dispose();

    private static List<LogRecord> Decode(IReadOnlyList<ReadOnlyMemory<byte>> records) =>
        [.. records.Select(bytes => LogRecordCodec.Decode(bytes) ?? throw new InvalidDataException("The log holds a record that is not one, although its checksum is good: another version of this program wrote it."))];
}
