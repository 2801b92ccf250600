// docs/divergence.md, "A disk that was restored from a snapshot".
using KvStore.Protocol;
using KvStore.Replication.Setup;
using KvStore.Replication.Storing;
using KvStore.Storage;

namespace KvStore.Replication.Backup;

/// <summary>
/// Makes a snapshot a replica's disk. Whatever the replica said before is forgotten, so that the log says what that of a replica says which lost its disk and has
/// just fetched this state: it fetches only what came later, and votes for nothing before it can contradict nothing.
/// </summary>
public static class RestoredDisk
{
    private const string UnfinishedSuffix = ".restoring";

    /// <summary>Makes it the disk of a node's replica, which has none. The node must not run.</summary>
    /// <exception cref="SetupException">There is a disk, the snapshot is another cluster's, or the others could not bring the node up to date.</exception>
    public static void Write(NodeSetup setup, CertifiedSnapshot snapshot)
    {
        var genesis = setup.Document.Genesis;
        if (snapshot.Genesis.Cluster != genesis.Cluster)
            throw new SetupException($"The node is of the cluster '{SignatureBase.ClusterName(genesis.Cluster)}', and the snapshot of '{SignatureBase.ClusterName(snapshot.Genesis.Cluster)}'.", "Restore it to a node of its own cluster.");
        var group = snapshot.Group.Config;
        if (group.Replicas - 1 < group.Quorum)
        {
            throw new SetupException(
                $"The other nodes of this cluster make no quorum: {group.Quorum} of {group.Replicas} are needed, without the one that is restored.",
                "It forgot what it said, and only a quorum of others could bring it up to date. 'kv snapshot restore --help' says what a snapshot is good for.");
        }

        Write(setup, snapshot.Group.Id, isFirst: false, disk => Fill(disk, snapshot));
    }

    /// <summary>Makes the disk of a node's replica, which has none. The node must not run.</summary>
    /// <param name="setup">The node.</param>
    /// <param name="shard">The replica's shard.</param>
    /// <param name="isFirst">Whether the node keeps its leave to start for the first time.</param>
    /// <param name="fill">Writes what is to be on the disk.</param>
    /// <exception cref="SetupException">The node runs, there is a disk, or it can't be written.</exception>
    internal static void Write(NodeSetup setup, GroupId shard, bool isFirst, Action<ReplicaDisk> fill)
    {
        RequireStopped(setup);
        var directory = setup.Config.ShardPath(shard);
        if (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any())
            throw new SetupException($"There is data in '{directory}'.", "If it is not good, move that directory aside.");
        try
        {
            // The mark first: whatever becomes of the rest, this is no first start.
            if (!isFirst) setup.Marks.OnStart();
            Write(directory, fill);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or DiskDamagedException)
        {
            throw SetupException.OfDisk(exception);
        }
    }

    // What a running node has said would be forgotten under it.
    private static void RequireStopped(NodeSetup setup)
    {
        foreach (var directory in setup.Document.Genesis.Groups.Select(group => setup.Config.ShardPath(group.Id)).Where(Directory.Exists))
        {
            if (HolderOf(directory) is { } process)
                throw new SetupException($"Process {process} runs the node: it uses '{directory}'.", "Stop the node; and only if its data is not good, move that directory aside.");
        }
    }

    private static uint? HolderOf(string directory)
    {
        try
        {
            return DirectoryProbe.HolderOf(directory);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw SetupException.OfDisk(exception);
        }
    }

    /// <summary>Makes it a replica's disk in a directory that is not there, or empty. It is there whole, or not at all.</summary>
    /// <exception cref="IOException">The directory can't be made.</exception>
    internal static void Write(string directory, CertifiedSnapshot snapshot) => Write(directory, disk => Fill(disk, snapshot));

    private static void Write(string directory, Action<ReplicaDisk> fill)
    {
        var path = Path.GetFullPath(directory);
        var unfinished = path + UnfinishedSuffix;
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        using (var disk = ReplicaDisk.Open(unfinished, DurabilityMode.Always)) fill(disk);
        if (Directory.Exists(path)) Directory.Delete(path);
        Directory.Move(unfinished, path);
        DurableNames.Flush(Path.GetDirectoryName(path)!);
    }

    private static void Fill(ReplicaDisk disk, CertifiedSnapshot snapshot)
    {
        foreach (var _ in disk.Snapshots.Save(snapshot.State, snapshot.Certificate) ?? [])
        {
            // Part by part; the last one makes it durable.
        }

        disk.Log.BeginAt(snapshot.State.Sequence, [new RejoinRecord(RejoinRecord.FloorUnknown), new StableRecord(snapshot.Certificate)]);
        disk.Log.Flush();
        Invariant.Holds(disk.Log.TryDropBefore(snapshot.State.Sequence));
    }
}
