using KvStore.Replication.Ports;
using KvStore.StateMachine;
using KvStore.Storage;

namespace KvStore.Replication.Storing;

/// <summary>All that one replica keeps on its disk.</summary>
public sealed class ReplicaDisk : IDisposable
{
    private const int SnapshotChunkBytes = 256 * 1024;

    private readonly IDisk _disk;
    private readonly DiskReplicaLog _log;
    private readonly DiskSnapshotStore _snapshots;
    private string? _directory;
    private FileDisk? _files;

    private ReplicaDisk(IDisk disk, WriteAheadLogOptions? options, int snapshotChunkBytes)
    {
        _disk = disk;
        var snapshots = new DiskSnapshotStore(disk, snapshotChunkBytes);
        RequireLogWith(disk, snapshots);
        _log = new DiskReplicaLog(disk, options);
        _snapshots = snapshots;
        Ledger = new DiskLedger(disk);
        IsEmpty = _log.IsEmpty;
    }

    /// <summary>Where the replica writes down what it is about to say.</summary>
    public IReplicaLog Log => _log;

    /// <summary>Where it keeps the states of its stable checkpoints.</summary>
    public ISnapshotStore Snapshots => _snapshots;

    /// <summary>Keeps the state that the shard begins with, durably.</summary>
    public void SaveInitial(ShardState state) => _snapshots.SaveInitial(state);

    /// <summary>Where it keeps all executed batches.</summary>
    public DiskLedger Ledger { get; }

    /// <summary>
    /// Whether no run on this disk has written anything down, so that none has said anything: this is the replica's first start, or its disk was lost.
    /// Which of the two, its operator knows.
    /// </summary>
    public bool IsEmpty { get; }

    /// <summary>The number of this lease on the directory.</summary>
    public ulong Epoch => _disk.Epoch;

    /// <summary>Opens a replica's directory, which is created when it is not there.</summary>
    /// <exception cref="DiskInUseException">Another process uses the directory; the message says which.</exception>
    /// <exception cref="DiskDamagedException">A file is damaged; the message says which, where, and what to do.</exception>
    /// <exception cref="IOException">The directory can't be used.</exception>
    /// <param name="directory">The directory.</param>
    /// <param name="mode">Whether anything is flushed.</param>
    /// <param name="isLost">Whether what is there counts as lost, and is set aside.</param>
    public static ReplicaDisk Open(string directory, DurabilityMode mode, bool isLost = false)
    {
        var disk = FileDisk.Open(directory, mode);
        try
        {
            if (isLost) disk.SetAside();
            var replica = Over(disk);
            (replica._files, replica._directory) = (disk, directory);
            return replica;
        }
        catch (Exception failure) when (failure is IOException or DiskDamagedException)
        {
            disk.Dispose();
            throw;
        }
    }

    /// <summary>A replica's files on any disk, which is disposed with this.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="options">What the log is made like; null for the defaults.</param>
    /// <param name="snapshotChunkBytes">About how large the parts are in which a snapshot is written.</param>
    /// <exception cref="DiskDamagedException">A file is damaged; the message says which, where, and what to do.</exception>
    public static ReplicaDisk Over(IDisk disk, WriteAheadLogOptions? options = null, int snapshotChunkBytes = SnapshotChunkBytes) => new(disk, options, snapshotChunkBytes);

    /// <summary>What of the disk is used, and what is left; null when the disk is none of a machine's, or can't say. Any thread may ask.</summary>
    public DiskUsage? Usage()
    {
        if (_directory is null) return null;
        try
        {
            return new DiskUsage(ReplicaFiles.In(_directory), DirectoryProbe.FreeBytes(_directory), Ledger.Last);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Makes durable all that was written to the directory, whatever the mode. Nobody may be using it any more.</summary>
    /// <exception cref="DiskFailedException">It could not be made durable.</exception>
    public void FlushAll() => _files?.FlushAll();

    /// <summary>Ends the use of the disk and gives up its lease. It does not flush.</summary>
    public void Dispose()
    {
        _log.Dispose();
        _disk.Dispose();
    }

    // A snapshot is made of a log; without the log nobody knows what was said since.
    private static void RequireLogWith(IDisk disk, DiskSnapshotStore snapshots)
    {
        if (snapshots.Positions.Count == 0 || WriteAheadLog.IsThere(disk)) return;
        throw new LogDamagedException(disk.PathOf("wal-…"), 0, "there are snapshots, and no log.");
    }
}
