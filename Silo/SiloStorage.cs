using System.Collections.Immutable;
using Azure.Identity;
using KvStore.Replication.Gateways;
using KvStore.Replication.Pool;
using KvStore.Replication.Setup;
using KvStore.Replication.Storing;
using KvStore.Storage;
using KvStore.Storage.Azure;
using KvStore.Storage.Tables;

namespace KvStore.Silo;

/// <summary>What a silo's replicas keep, and where. The one place where that is chosen.</summary>
/// <param name="Label">What survives of what was acknowledged: see <see cref="ServedCluster.Storage"/>.</param>
/// <param name="Open">Opens it, one store a shard, and takes the lease; may block its thread for long. Told is who has to end the process when the lease is lost later.</param>
public sealed record SiloStorage(string Label, Func<Action<DiskFailedException>, ImmutableArray<ShardStore>> Open)
{
    /// <summary>The storage of a node.</summary>
    /// <param name="settings">How the silo is to run.</param>
    /// <param name="setup">The node.</param>
    public static SiloStorage Of(SiloSettings settings, NodeSetup setup)
    {
        if (!settings.IsReplica) return new SiloStorage(ServedCluster.InMemory, _ => [.. setup.Document.Genesis.Groups.Select(static _ => InMemory())]);
        if (settings.AzureDisk is { } azure) return new SiloStorage(ServedCluster.OnDisk, lost => OpenAzure(azure, setup, lost));
        return new SiloStorage(setup.Config.IsDurable ? ServedCluster.OnDisk : ServedCluster.Unflushed, _ => PoolNodeOpening.OpenDisks(setup));
    }

    private static ImmutableArray<ShardStore> OpenAzure(AzureDiskSettings azure, NodeSetup setup, Action<DiskFailedException> lost)
    {
        var pipeline = azure.IsEmulator ? StorePipeline.WithEmulator(azure.Tables) : StorePipeline.With(new DefaultAzureCredential());
        var disks = new AzureDisks(pipeline, azure.Tables, azure.Blobs, azure.Table, azure.Container);
        disks.Create();
        var options = new TableDiskOptions { Holder = $"{setup.Member.Name} on {Environment.MachineName}, process {Environment.ProcessId}" };
        return TableStores.Open(setup, shard => disks.Open(shard.Number, setup.Self.Index, options), lost);
    }

    private static ShardStore InMemory() => new(new MemoryReplicaLog(), new MemorySnapshotStore(), Ledger: null, IsEmpty: true, Disk: null);
}
