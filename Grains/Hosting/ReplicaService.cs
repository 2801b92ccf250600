using KvStore.Grains.Placement;
using KvStore.Protocol;
using KvStore.Replication.Accountability;
using KvStore.Replication.Gateways;
using KvStore.Replication.Pool;
using KvStore.Replication.Pool.Envelopes;
using KvStore.Replication.Setup;
using KvStore.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KvStore.Grains.Hosting;

/// <summary>
/// The nodes of a silo, with their keys, their disks and the leases on these. They are opened before the silo joins the others, so that a second silo with the same
/// disk never gets so far; they run once it is active, and leave their views to others before it stops.
/// </summary>
public sealed class ReplicaService(
    IReadOnlyList<NodePlan> plans, SiloReplicas replicas, ReplicaSilos silos, GrainCarrier carrier, IHostApplicationLifetime lifetime, ILoggerFactory loggers) : ILifecycleParticipant<ISiloLifecycle>
{
    private readonly List<PoolNode> _nodes = [];
    private readonly ILogger _logger = loggers.CreateLogger<ReplicaService>();
    private int _lost;

    /// <summary>Why the silo had to end by itself; null when it did not.</summary>
    public SetupException? Failure { get; private set; }

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(nameof(ReplicaService), ServiceLifecycleStage.RuntimeInitialize, OpenAsync, CloseAsync);
        lifecycle.Subscribe(nameof(ReplicaService), ServiceLifecycleStage.Active, RunAsync, LeaveAsync);
    }

    /// <summary>Has others lead whatever is led here. The nodes go on until the silo stops.</summary>
    public void HandOver()
    {
        foreach (var node in _nodes.ToArray()) node.HandOver();
    }

    private async Task OpenAsync(CancellationToken cancel)
    {
        try
        {
            foreach (var plan in plans) _nodes.Add(await OpenAsync(plan));
        }
        catch (SetupException failure)
        {
            Failure = failure;
            await CloseAsync(cancel);
            throw;
        }
    }

    private async Task<PoolNode> OpenAsync(NodePlan plan)
    {
        var setup = plan.Setup;
        PoolNodeOpening.SayWhatThisIs(setup, loggers);
        var stores = await OwnThread.Run("disks", () => plan.Stores(failure => OnLost(plan, failure)));
        try
        {
            var network = plan.Transport == PeerTransport.Tls ? await PoolNodeOpening.ListenAsync(setup, loggers) : EnvelopesOf(plan);
            var options = new PoolNodeOptions(setup.Document, setup.Self, setup.Key, setup.Config.AnswerTimeout)
            {
                Storage = plan.Storage,
                Signer = plan.Signer,
                Scheme = plan.Shared ?? Ed25519.Instance,
                SharesThreads = plan.Shared is not null,
                EvidenceDirectory = Path.Combine(setup.Config.Directory, EvidenceFiles.DirectoryName),
            };
            var node = new PoolNode(options, setup.Marks, network, stores, loggers);
            replicas.Add(new SiloNode(setup.Self, ServedBy(node), network as EnvelopeNetwork));
            return node;
        }
        catch
        {
            foreach (var store in stores) store.Disk?.Dispose();
            throw;
        }
    }

    private ServedCluster ServedBy(PoolNode node)
    {
        var pool = node.Served.Pool!;
        return node.Served with { Pool = pool with { Silos = () => silos.Hosts(pool.Members.Length) } };
    }

    private EnvelopeNetwork EnvelopesOf(NodePlan plan)
    {
        var (setup, document) = (plan.Setup, plan.Setup.Document);
        var options = new EnvelopeNetworkOptions(setup.Self, document.Genesis.Cluster, setup.Key, [.. document.Members.Select(member => member.Key)]);
        return new EnvelopeNetwork(options, plan.Over(carrier), loggers);
    }

    // What the replicas had is read from the disks, which may be far away.
    private async Task RunAsync(CancellationToken cancel)
    {
        foreach (var node in _nodes)
        {
            await OwnThread.Run("start", node.Run);
            _ = WatchAsync(node);
        }
    }

    // Another process may hold the replica's disk: this one is its twin. Nothing leaves the node from here on (HeldTransport), and nothing is to be finished.
    private void OnLost(NodePlan plan, DiskFailedException failure)
    {
        if (Interlocked.Exchange(ref _lost, 1) == 1) return;
        _logger.DiskLost(plan.Setup.Self.Index, failure.Message);
        loggers.Dispose(); // So that these words are written before the process ends.
        plan.End(failure.Message);
    }

    // A first start may fail long after the silo is active.
    private async Task WatchAsync(PoolNode node)
    {
        try
        {
            await node.Started;
        }
        catch (SetupException failure)
        {
            Failure = failure;
            _logger.NodeCannotStart(failure.Message, failure.Next);
            lifetime.StopApplication();
        }
        catch (OperationCanceledException)
        {
            // The silo stops before the cluster began.
        }
    }

    // A silo that is killed does not take the time.
    private async Task LeaveAsync(CancellationToken cancel)
    {
        if (!cancel.IsCancellationRequested) HandOver();
        await StopNodesAsync();
    }

    private async Task StopNodesAsync()
    {
        foreach (var plan in plans) replicas.Remove(plan.Setup.Self);
        await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));
        _nodes.Clear();
    }

    private async Task CloseAsync(CancellationToken cancel)
    {
        await StopNodesAsync();
        foreach (var plan in plans)
        {
            (plan.Signer as IDisposable)?.Dispose();
            plan.Setup.Dispose();
        }
    }
}
