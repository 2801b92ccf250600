using System.Collections.Immutable;
using KvStore.Protocol;
using KvStore.Replication.Accountability;
using KvStore.Replication.Faults;
using KvStore.Replication.Gateways;
using KvStore.Replication.Setup;
using KvStore.Replication.Storing;
using KvStore.Storage;
using Microsoft.Extensions.Logging;

namespace KvStore.Replication.Pool;

/// <summary>Makes a node of what its directory holds: its disks first, so that no second process gets further, and then the network.</summary>
public static class PoolNodeOpening
{
    /// <summary>Opens a node. It says nothing to the others before <see cref="PoolNode.Run"/>.</summary>
    /// <param name="setup">What it starts with.</param>
    /// <param name="faults">What it does wrong by design; null for a correct one.</param>
    /// <param name="loggers">Where the log goes.</param>
    /// <exception cref="SetupException">A disk is in use or damaged, the port for peers is taken, or a node that is not for development is to be faulty.</exception>
    public static async Task<PoolNode> OpenAsync(NodeSetup setup, FaultsByDesign? faults, ILoggerFactory loggers)
    {
        if (faults is not null && !setup.IsDevelopmentKey)
            throw new SetupException($"The key in '{setup.Config.KeyPath}' is not marked as made for development, and only such a node may lie by design.", "'kv cluster generate --dev' makes a pool to experiment with.");
        var network = NetworkOf(setup);
        SayWhatThisIs(setup, loggers);
        var stores = OpenDisks(setup);
        try
        {
            var listening = await ListenAsync(network, loggers);
            var options = new PoolNodeOptions(setup.Document, setup.Self, setup.Key, setup.Config.AnswerTimeout)
            {
                Storage = setup.Config.IsDurable ? ServedCluster.OnDisk : ServedCluster.Unflushed,
                Faults = faults,
                EvidenceDirectory = Path.Combine(setup.Config.Directory, EvidenceFiles.DirectoryName),
            };
            return new PoolNode(options, setup.Marks, listening, stores, loggers);
        }
        catch
        {
            foreach (var store in stores) store.Disk?.Dispose();
            throw;
        }
    }

    /// <summary>Listens for the other nodes, and dials them.</summary>
    /// <exception cref="SetupException">The port is taken, or a certificate can't be read.</exception>
    public static async Task<IPoolNetwork> ListenAsync(NodeSetup setup, ILoggerFactory loggers) => await ListenAsync(NetworkOf(setup), loggers);

    /// <summary>Opens the disks of the node's replicas, one a shard. Whoever holds them is the node: nobody else gets them until they are disposed of.</summary>
    /// <exception cref="SetupException">A disk is in use or damaged.</exception>
    public static ImmutableArray<ShardStore> OpenDisks(NodeSetup setup)
    {
        RequireInitialStates(setup);
        var stores = ImmutableArray.CreateBuilder<ShardStore>();
        var isLost = setup.Marks.MayLackWrites;
        var mode = setup.Config.IsDurable ? DurabilityMode.Always : DurabilityMode.None;
        try
        {
            foreach (var group in setup.Document.Genesis.Groups)
            {
                stores.Add(ShardStore.On(ReplicaDisk.Open(setup.Config.ShardPath(group.Id), mode, isLost)));
            }

            // Before anything is said: from here on the disks are what the mark says.
            if (mode == DurabilityMode.None) setup.Marks.OnUnflushedStart();
            else setup.Marks.OnFlushed();
            return stores.ToImmutable();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or DiskDamagedException)
        {
            foreach (var store in stores) store.Disk?.Dispose();
            throw SetupException.OfDisk(exception);
        }
    }

    // Before anything is made where they are to be restored.
    private static void RequireInitialStates(NodeSetup setup)
    {
        if (setup.Document.Genesis.Origin is not { } origin || setup.Marks.HasRun() || !setup.Marks.MayStartFirst()) return;
        foreach (var group in setup.Document.Genesis.Groups.Where(group => !SnapshotFiles.HasInitial(setup.Config.ShardPath(group.Id))))
        {
            throw new SetupException(
                $"The cluster begins with data of the cluster '{SignatureBase.ClusterName(origin.Cluster)}', and this node has none of shard {group.Id.Number}.",
                "Restore it first, from the snapshot that the genesis was made with: 'kv snapshot restore FILE --new-cluster --genesis OLD --dir DIR'.");
        }
    }

    private static async Task<PoolNetwork> ListenAsync(PoolNetworkOptions options, ILoggerFactory loggers)
    {
        try
        {
            return await PoolNetwork.StartAsync(options, loggers);
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
        {
            throw new SetupException(
                $"Can't listen for the other nodes at {options.Listen}: {exception.Message}", $"End the process that is there, or choose another address with {NodeSetting.PeerListen.Flag}.");
        }
    }

    /// <summary>Tells the log what an operator of the node ought to know.</summary>
    public static void SayWhatThisIs(NodeSetup setup, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger<PoolNode>();
        if (setup.IsDevelopmentKey) logger.DevelopmentNodeKey();
        if (setup.IsKeyOpenToOthers) logger.KeyOpenToOthers(setup.Config.KeyPath);
        if (!setup.Config.IsDurable) logger.NotDurable();
        if (setup.Marks.MayLackWrites) logger.WritesMayBeLost();
    }

    private static PoolNetworkOptions NetworkOf(NodeSetup setup) => new(
        setup.Self, setup.Document.Genesis.Cluster, setup.Key, [.. setup.Document.Members.Select(member => member.Key)], setup.Addresses, setup.PeerListen())
    {
        Certificates = PeerCertificates.Of(setup.Config),
    };
}
