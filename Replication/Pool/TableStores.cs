using System.Collections.Immutable;
using KvStore.Protocol;
using KvStore.Replication.Setup;
using KvStore.Replication.Storing;
using KvStore.Storage;
using KvStore.Storage.Tables;

namespace KvStore.Replication.Pool;

/// <summary>What the replicas of a node keep in tables and blobs, and the renewal of its leases.</summary>
public static class TableStores
{
    // Often enough that a renewal which fails once or twice lets neither a claimant take the lease nor this holder doubt that it has it.
    private static readonly TimeSpan _renewEvery = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Opens the disks of all shards at once, and blocks the thread until all are there: as long as a claimant looks at leases that nobody gave up, and longer while
    /// the service does not answer.
    /// </summary>
    /// <param name="setup">The node.</param>
    /// <param name="open">Opens the disk of a shard's replica, on a thread of its own.</param>
    /// <param name="lost">Told, on a thread of the pool and perhaps for several shards, when a lease is lost or a disk failed: it ends the process.</param>
    /// <exception cref="SetupException">A disk is in use or damaged, the service can't be reached or refuses, or the node's configuration asks for what tables don't have.</exception>
    public static ImmutableArray<ShardStore> Open(NodeSetup setup, Func<GroupId, TableDisk> open, Action<DiskFailedException> lost)
    {
        RequireDurable(setup);
        RequireEmptyBeginning(setup);
        var openings = setup.Document.Genesis.Groups.Select(group => new Opening(() => Open(open(group.Id), lost), group.Id)).ToList();
        foreach (var opening in openings) opening.Join();
        if (openings.Select(opening => opening.Failure).OfType<Exception>().FirstOrDefault() is not { } failure) return [.. openings.Select(opening => opening.Store!)];
        foreach (var opening in openings) opening.Store?.Disk?.Dispose();
        throw failure is IOException or UnauthorizedAccessException or DiskDamagedException ? SetupException.OfDisk(failure) : failure;
    }

    private static ShardStore Open(TableDisk disk, Action<DiskFailedException> lost)
    {
        var renewal = new LeaseRenewal(disk, _renewEvery, lost);
        try
        {
            var replica = ReplicaDisk.Over(disk);
            return ShardStore.On(replica) with { Disk = new RenewedDisk(renewal, replica), OutlivesDirectory = true };
        }
        catch
        {
            renewal.Dispose();
            disk.Dispose();
            throw;
        }
    }

    // Tables always have what was flushed; a mark of an earlier run on files that flushed nothing would be taken away by a run that never looked at them.
    private static void RequireDurable(NodeSetup setup)
    {
        if (!setup.Config.IsDurable)
            throw new SetupException($"{setup.Config.Of(NodeSetting.Durability).Source}: durability none is for disks in files.", $"Leave out {NodeSetting.Durability.Name}.");
        if (setup.Marks.MayLackWrites)
            throw new SetupException($"'{setup.Config.DataPath}' is of a run on files that flushed nothing and did not end in order.", $"Remove '{setup.Config.DataPath}', or name another directory with {NodeSetting.Data.Flag}.");
    }

    // Restoring writes files, and a node that begins without its first state can never start again.
    private static void RequireEmptyBeginning(NodeSetup setup)
    {
        if (setup.Document.Genesis.Origin is not null)
            throw new SetupException("The cluster begins with a backup's data, which is restored to files only.", "Let the node have its disk in files, or begin with an empty cluster.");
    }

    private sealed class RenewedDisk(LeaseRenewal renewal, ReplicaDisk disk) : IDisposable
    {
        public void Dispose()
        {
            renewal.Dispose();
            disk.Dispose();
        }
    }

    private sealed class Opening
    {
        private readonly Thread _thread;

        public Opening(Func<ShardStore> open, GroupId shard)
        {
            _thread = new Thread(() => Run(open)) { IsBackground = true, Name = $"disk of shard {shard.Number}" };
            _thread.Start();
        }

        public ShardStore? Store { get; private set; }

        public Exception? Failure { get; private set; }

        public void Join() => _thread.Join();

        private void Run(Func<ShardStore> open)
        {
            try
            {
                Store = open();
            }
            catch (Exception failure)
            {
                Failure = failure; // Thrown where it is waited for, whatever it is.
            }
        }
    }
}
