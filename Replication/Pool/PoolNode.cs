using System.Collections.Immutable;
using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.Replication.Driving;
using KvStore.Replication.Gateways;
using KvStore.Replication.Hosting;
using KvStore.Replication.Ports;
using KvStore.Replication.Setup;
using KvStore.Storage;
using Microsoft.Extensions.Logging;

namespace KvStore.Replication.Pool;

/// <summary>
/// One member of a pool: a replica of every shard, with one key, one network and a disk a shard. It is opened first, so that whatever may be refused (a busy
/// port, a locked directory) is refused before it has said anything; then it runs.
/// </summary>
public sealed class PoolNode : IAsyncDisposable
{
    private static readonly TimeSpan _reportInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _handOverMax = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _handOverLook = TimeSpan.FromMilliseconds(10);

    private readonly PoolNodeOptions _options;
    private readonly StartMarks _marks;
    private readonly IPoolNetwork _network;
    private readonly ILogger _logger;
    private readonly ImmutableArray<ShardStore> _stores;
    private readonly ImmutableArray<PoolGroup> _groups;
    private readonly ImmutableArray<IPeerTransport> _transports;
    private readonly FirstStart _firstStart;
    private readonly TaskCompletionSource<FirstStartVerdict> _verdict = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly List<PoolGroup> _handingOver = [];
    private Task _start = Task.CompletedTask;

    /// <summary>A node whose parts are there; nothing runs before <see cref="Run"/>.</summary>
    /// <param name="options">What it is.</param>
    /// <param name="marks">What its directory says of earlier runs.</param>
    /// <param name="network">How the other nodes are reached; disposed of by this.</param>
    /// <param name="stores">What each shard's replica keeps, by shard; disposed of by this.</param>
    /// <param name="loggers">Where the log goes.</param>
    public PoolNode(PoolNodeOptions options, StartMarks marks, IPoolNetwork network, ImmutableArray<ShardStore> stores, ILoggerFactory loggers)
    {
        (_options, _marks, _network, _stores) = (options, marks, network, stores);
        _logger = loggers.CreateLogger<PoolNode>();
        var genesis = options.Genesis;
        _firstStart = new FirstStart(genesis.Groups[0].Config, genesis.Groups.Length);
        var verified = new VerificationCache();
        _groups = [.. genesis.Groups.Zip(stores, (group, store) => new PoolGroup(genesis, group, options, verified, OnReport, store.Usage))];
        _transports = [.. _groups.Zip(stores, (group, store) => new HeldTransport(group.TransportOver(network.Attach(group.Id, group.Verifier, group)), store.Log))];
        Served = new ServedCluster(genesis, [.. _groups], _groups[0].Verifier, options.Storage)
        {
            Pool = new ServedPool(options.Self, options.Document.Members, () => network.Peers),
        };
        _logger.NodeOpened(options.Name, options.Self.Index, _groups.Length, SignatureBase.ClusterName(genesis.Cluster));
        if (options.Faults is { } faults) _logger.FaultyByDesign(options.Self.Index, string.Join(", ", faults.Names));
    }

    /// <summary>The cluster as this node serves it to clients.</summary>
    public ServedCluster Served { get; }

    /// <summary>Completes when the replicas run: at once, but for a first start, which waits for the others.</summary>
    public Task Started => _start;

    /// <summary>Runs the replicas. A first start waits for the other nodes, and returns before.</summary>
    /// <exception cref="SetupException">A disk is damaged, full, or another replica's. No replica runs.</exception>
    public void Run()
    {
        // A disk that outlives the directory, with its marks, says as well that this is no first start.
        if (_marks.HasRun() || !_marks.MayStartFirst() || _stores.Any(static store => store is { OutlivesDirectory: true, IsEmpty: false }))
        {
            StartReplicas(begins: false);
            return;
        }

        _logger.FirstStartWaits();
        _start = StartFirstAsync();
    }

    /// <summary>
    /// The node is about to stop: the replicas that lead leave their views, so that others lead without having waited for a time-out. They go on until
    /// <see cref="DisposeAsync"/>, which waits until others lead, but not for long.
    /// </summary>
    public void HandOver()
    {
        foreach (var group in _groups)
        {
            if (!group.HandOver()) continue;
            _logger.HandingOver(_options.Self.Index, group.Id.Number);
            lock (_gate) _handingOver.Add(group);
        }
    }

    /// <summary>Stops the replicas, and then what they rest on.</summary>
    public async ValueTask DisposeAsync()
    {
        await HandedOverAsync();
        await _stopping.CancelAsync();
        await _start.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // Who waits for the start hears how it ended. Here all ends in any case.
        foreach (var group in _groups) group.Stop();
        foreach (var group in _groups) _network.Detach(group.Id);
        await _network.DisposeAsync();
        if (_marks.MayLackWrites) MakeDurable();
        foreach (var store in _stores) store.Disk?.Dispose();
        _stopping.Dispose();
        _logger.NodeStopped(_options.Name);
    }

    // When too few others run nobody takes over, and the node has to stop all the same.
    private async Task HandedOverAsync()
    {
        List<PoolGroup> waiting;
        lock (_gate) waiting = [.. _handingOver];
        var began = _options.Clock.GetTimestamp();
        while (waiting.Exists(group => !group.FollowsAnother) && _options.Clock.GetElapsedTime(began) < _handOverMax) await Task.Delay(_handOverLook, _options.Clock);
    }

    // An end in order: a run that flushed nothing has lost nothing.
    private void MakeDurable()
    {
        foreach (var store in _stores) store.FlushAll();
        _marks.OnFlushed();
    }

    private void OnReport(GroupId shard, ReplicaId from, StatusMessage status)
    {
        lock (_gate)
        {
            _firstStart.OnStatus(shard, from, status);
            Decide();
        }
    }

    private void Decide()
    {
        if (_firstStart.Verdict is var verdict and not FirstStartVerdict.Open) _verdict.TrySetResult(verdict);
    }

    private async Task StartFirstAsync()
    {
        lock (_gate) Decide();
        await using (_options.Clock.CreateTimer(_ => Report(), null, TimeSpan.Zero, _reportInterval))
        {
            var verdict = await _verdict.Task.WaitAsync(_stopping.Token);
            if (verdict == FirstStartVerdict.HasRun) _logger.ClusterHasRun();
            StartReplicas(begins: verdict == FirstStartVerdict.Begins);
        }
    }

    private void Report()
    {
        foreach (var transport in _transports) transport.Broadcast(FirstStart.Own);
    }

    // From here on an empty disk is a lost one. The record says what a new replica's log would: it takes full part.
    private void Begin()
    {
        _logger.ClusterBegins();
        foreach (var store in _stores.Where(store => store.IsEmpty))
        {
            store.Log.Append(new RejoinRecord(SequenceNumber.Genesis));
            store.Log.Flush();
        }
    }

    // All of them, or none.
    private void StartReplicas(bool begins)
    {
        var hosts = new List<ReplicaHost>();
        try
        {
            if (begins) Begin();
            // The mark first: what the replicas write afterwards is never taken for a new disk.
            _marks.OnStart();
            for (var i = 0; i < _groups.Length; i++) hosts.Add(HostOf(i, begins));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or DiskDamagedException)
        {
            foreach (var host in hosts) host.Dispose();
            throw SetupException.OfDisk(exception);
        }

        for (var i = 0; i < hosts.Count; i++) _groups[i].Start(hosts[i]);
    }

    private ReplicaHost HostOf(int shard, bool begins)
    {
        var mode = !_stores[shard].IsEmpty ? StartMode.Restart : begins ? StartMode.Genesis : StartMode.LostDisk;
        if (mode == StartMode.LostDisk) _logger.DiskLost(_groups[shard].Id.Number);
        return new ReplicaHost(HostOptionsOf(shard), mode, _stores[shard].Log, _stores[shard].Snapshots, _stores[shard].Ledger);
    }

    private HostOptions HostOptionsOf(int shard)
    {
        var (genesis, group) = (_options.Genesis, _groups[shard]);
        var partition = new ShardPartition(new ShardMap(_groups.Length), group.Id);
        var driver = new DriverOptions(group.Replica, genesis.Limits, genesis.Clients, partition, group.Verifier) { InitialRoot = genesis.Origin?.Shards[shard].StateRoot };
        return new HostOptions(driver, group.Signer, _transports[shard], group.OutletOver(_transports[shard]), _options.Clock, _logger, group.Rejections, group.Evidence)
        {
            PeerIsFaulty = _network.OnRejected,
            SharesThreads = _options.SharesThreads,
        };
    }
}
