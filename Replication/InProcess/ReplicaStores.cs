using System.Globalization;
using KvStore.Protocol;
using KvStore.Replication.Ports;
using KvStore.Replication.Storing;

namespace KvStore.Replication.InProcess;

/// <summary>What one replica of a group in this process keeps, in memory, in a directory or on another disk.</summary>
internal sealed record ReplicaStores(IReplicaLog Log, ISnapshotStore Snapshots, DiskLedger? Ledger, ReplicaDisk? Disk)
{
    /// <summary>Opens what is there, or makes it.</summary>
    public static ReplicaStores Create(InProcessOptions options, GroupId group, int replica)
    {
        if (options.OpenDisk is not null) return On(ReplicaDisk.Over(options.OpenDisk(group, replica)));
        return options.Directory is null
            ? new ReplicaStores(new MemoryReplicaLog(), new MemorySnapshotStore(), null, null)
            : On(ReplicaDisk.Open(PathOf(options.Directory, group, replica), options.Durability));
    }

    /// <summary>Takes away what is there: the replica's disk is lost.</summary>
    public static void Remove(InProcessOptions options, GroupId group, int replica)
    {
        if (options.Directory is not null) Directory.Delete(PathOf(options.Directory, group, replica), recursive: true);
    }

    private static ReplicaStores On(ReplicaDisk disk) => new(disk.Log, disk.Snapshots, disk.Ledger, disk);

    private static string PathOf(string directory, GroupId group, int replica) =>
        Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"shard-{group.Number}"), string.Create(CultureInfo.InvariantCulture, $"replica-{replica}"));
}
