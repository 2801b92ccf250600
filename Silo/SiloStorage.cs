using System.Collections.Immutable;
using KvStore.Replication.Gateways;
using KvStore.Replication.Pool;
using KvStore.Replication.Setup;
using KvStore.Replication.Storing;

namespace KvStore.Silo;

/// <summary>What a silo's replicas keep, and where. The one place where that is chosen.</summary>
/// <param name="Label">What survives of what was acknowledged: see <see cref="ServedCluster.Storage"/>.</param>
/// <param name="Open">Opens it, one store a shard, and takes the lease.</param>
public sealed record SiloStorage(string Label, Func<ImmutableArray<ShardStore>> Open)
{
    /// <summary>The storage of a node.</summary>
    /// <param name="settings">How the silo is to run.</param>
    /// <param name="setup">The node.</param>
    public static SiloStorage Of(SiloSettings settings, NodeSetup setup)
    {
        if (!settings.IsReplica) return new SiloStorage(ServedCluster.InMemory, () => [.. setup.Document.Genesis.Groups.Select(static _ => InMemory())]);
        return new SiloStorage(setup.Config.IsDurable ? ServedCluster.OnDisk : ServedCluster.Unflushed, () => PoolNodeOpening.OpenDisks(setup));
    }

    private static ShardStore InMemory() => new(new MemoryReplicaLog(), new MemorySnapshotStore(), Ledger: null, IsEmpty: true, Disk: null);
}
