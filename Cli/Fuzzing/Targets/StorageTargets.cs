using KvStore.Protocol;
using KvStore.Replication.Storing;
using KvStore.Storage;

namespace KvStore.Cli.Fuzzing.Targets;

/// <summary>Files of a disk: damage is either repaired or said, by the one exception for it.</summary>
internal static class StorageTargets
{
    private const int AllocationBytes = 4096;
    private static readonly WriteAheadLogOptions _logOptions = new() { AllocationBytes = AllocationBytes, NewSalt = () => 7 };

    /// <summary>The targets.</summary>
    public static IReadOnlyList<FuzzTarget> All => [Target("log", Log(), TakeLog), Target("ledger", Ledger(), TakeLedger), Target("snapshot", Snapshot(), TakeSnapshot)];

    private static FuzzTarget Target(string name, MemoryDisk disk, Func<IDisk, bool> take)
    {
        // The index of a ledger is made again from its entries, so the entries are what counts; a log and a snapshot are one file.
        var file = disk.Files.First(each => !each.EndsWith(".idx", StringComparison.Ordinal));
        return new FuzzTarget(name, [disk.ReadAll(file)], [], input =>
        {
            var damaged = new MemoryDisk();
            damaged.Allocate(file, 0);
            if (input.Length > 0) damaged.Write(file, 0, input);
            try
            {
                return take(damaged);
            }
            catch (DiskDamagedException)
            {
                return false;
            }
        });
    }

    private static MemoryDisk Log()
    {
        var disk = new MemoryDisk();
        using var log = WriteAheadLog.Open(disk, out _, _logOptions);
        foreach (var record in Corpus.Golden("log.")) log.Append(record);
        log.Flush();
        return disk;
    }

    private static bool TakeLog(IDisk disk)
    {
        using var log = WriteAheadLog.Open(disk, out var records, _logOptions);
        foreach (var record in records) LogRecordCodec.Decode(record);
        log.Append([1]);
        log.Flush();
        using var again = WriteAheadLog.Open(disk, out var more, _logOptions);
        return more.Count == records.Count + 1 ? true : throw new FuzzFailure("What was appended behind it is not there.");
    }

    private static MemoryDisk Ledger()
    {
        var disk = new MemoryDisk();
        var ledger = LedgerFiles.Open(disk, last: 0);
        for (ulong position = 1; position <= 3; position++) ledger.Add(position, CodecTargets.LedgerEntries[0]);
        ledger.Flush();
        return disk;
    }

    private static bool TakeLedger(IDisk disk)
    {
        var ledger = LedgerFiles.Open(disk, last: 1);
        for (ulong position = 1; position < ledger.Next; position++)
        {
            if (ledger.Read(position) is { } entry) LedgerEntry.Decode(entry);
        }

        return ledger.Next > 1;
    }

    private static MemoryDisk Snapshot()
    {
        var disk = new MemoryDisk();
        var writer = SnapshotWriter.Begin(disk, 128, Corpus.Golden("log.stable")[0]);
        writer.Add("a chunk"u8);
        writer.Add("another"u8);
        writer.Complete();
        return disk;
    }

    private static bool TakeSnapshot(IDisk disk)
    {
        LogRecordCodec.Decode(SnapshotFiles.ReadCertificate(disk, 128));
        return SnapshotFiles.ReadChunks(disk, 128).Any(chunk => chunk.Content.Length > 0);
    }
}
