using System.Collections.Immutable;
using System.Diagnostics;
using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.Replication.Accountability;
using KvStore.Replication.Driving;
using KvStore.Replication.Faults;
using KvStore.Replication.Gateways;
using KvStore.Replication.Hosting;
using KvStore.Replication.Ports;
using KvStore.Replication.Storing;
using KvStore.StateMachine;
using Microsoft.Extensions.Logging;

namespace KvStore.Replication.InProcess;

/// <summary>One group whose replicas all live in this process.</summary>
public sealed class InProcessGroup : IDisposable
{
    private readonly Genesis _genesis;
    private readonly GroupGenesis _group;
    private readonly ImmutableArray<Ed25519PrivateKey> _keys;
    private readonly InProcessOptions _options;
    private readonly ILogger _logger;
    private readonly MessageVerifier _verifier;
    private readonly InProcessNetwork _network;
    private readonly Lock _gate = new();
    private readonly ReplicaStores[] _stores;
    private readonly RejectionCounters[] _rejections;
    private readonly Tampering?[] _tamperings;
    private readonly IPeerTransport[] _transports;

    internal InProcessGroup(
        Genesis genesis, GroupGenesis group, ImmutableArray<Ed25519PrivateKey> keys, IVerificationCache verified, InProcessOptions options, ILoggerFactory loggers)
    {
        (_genesis, _group, _keys, _options) = (genesis, group, keys, options);
        _logger = loggers.CreateLogger<InProcessGroup>();
        var context = new StatementContext(genesis.Cluster, group.Id, new Epoch(0));
        _verifier = new MessageVerifier(context, group.Config, genesis.Consensus, group.Members, Ed25519.Instance, verified);
        Evidence = new EvidenceKeeper(context, group.Members);
        _network = new InProcessNetwork(_verifier, group.Config.Replicas);
        _rejections = [.. keys.Select(_ => new RejectionCounters())];
        _stores = [.. keys.Select((_, index) => ReplicaStores.Create(options, group.Id, index))];
        _tamperings = [.. keys.Select((_, index) => TamperingOf(index))];
        _transports = [.. _tamperings.Select((tampering, index) => Transport(tampering, _network.PortOf(new ReplicaId((ushort)index))))];
        for (var i = 0; i < keys.Length; i++) Start(i, StartMode.Genesis);
    }

    /// <summary>The group.</summary>
    public GroupId Id => _group.Id;

    /// <summary>Checks requests, and what the group's members say.</summary>
    public MessageVerifier Verifier => _verifier;

    /// <summary>Contradictory statements that were seen.</summary>
    public EvidenceKeeper Evidence { get; }

    /// <summary>Whether enough replicas run and take full part for the shard to order and to read.</summary>
    public bool HasQuorum => InService >= _group.Config.Quorum;

    /// <summary>The executed state of a node that is asked first, or of another; may be old.</summary>
    /// <exception cref="NoQuorumException">No replica runs.</exception>
    /// <exception cref="CatchingUpException">The replica that it is asked of lacks its state.</exception>
    public ShardView ReadLocal(int firstNode = 0) => Pick(firstNode) is { LacksState: false } host ? host.View : throw CatchingUpException.WithoutState(Id);

    /// <summary>Where every replica stands.</summary>
    public IReadOnlyList<ReplicaStatus> Statuses => [.. Enumerable.Range(0, _keys.Length).Select(StatusOf)];

    /// <summary>How many wait for keys to change.</summary>
    public int KeyWaiters
    {
        get
        {
            var count = 0;
            for (var i = 0; i < _keys.Length; i++) count += _network.Host(i)?.Gateway.Changes.Count ?? 0;
            return count;
        }
    }

    private int InService
    {
        get
        {
            var count = 0;
            for (var i = 0; i < _keys.Length; i++)
            {
                if (_network.Host(i) is { Status: not { Rejoining: true } }) count++;
            }

            return count;
        }
    }

    /// <summary>Checks a request's signature, and has it ordered and executed.</summary>
    /// <exception cref="ArgumentException">The request's signature is not good.</exception>
    /// <exception cref="NoQuorumException">Too few replicas run; the request was not passed on.</exception>
    /// <exception cref="ShardBusyException">Too many requests wait; this one was not taken.</exception>
    /// <exception cref="OutcomeUnknownException">The answer did not come in time.</exception>
    public Task<GatewayAnswer> SubmitAsync(Request request, CancellationToken cancel, int firstNode = 0) =>
        _verifier.TryVerify(request, out var verified)
            ? SubmitAsync(verified, cancel, firstNode)
            : throw new ArgumentException("The request's signature is not good.", nameof(request));

    /// <summary>Has a request ordered and executed.</summary>
    /// <param name="verified">The request.</param>
    /// <param name="cancel">The caller waits no more; the request may still be executed.</param>
    /// <param name="firstNode">The node whose gateway is asked first. Any will do.</param>
    /// <exception cref="NoQuorumException">Too few replicas run; the request was not passed on.</exception>
    /// <exception cref="ShardBusyException">Too many requests wait; this one was not taken.</exception>
    /// <exception cref="OutcomeUnknownException">The answer did not come in time.</exception>
    public async Task<GatewayAnswer> SubmitAsync(VerifiedRequest verified, CancellationToken cancel, int firstNode = 0)
    {
        if (!HasQuorum) throw NoQuorum();
        var deadline = Deadline();
        for (var attempt = firstNode; ; attempt++)
        {
            try
            {
                if (await Pick(attempt).Gateway.SubmitAsync(verified, deadline, cancel) is { } answer) return answer;
            }
            catch (ShardBusyException) when (attempt > firstNode)
            {
                throw new OutcomeUnknownException(verified.Digest); // The node that was asked before passed it on, and then stopped.
            }
        }
    }

    /// <summary>The state of a replica once it holds everything that was acknowledged before the call.</summary>
    /// <exception cref="NoQuorumException">Too few replicas answer.</exception>
    /// <exception cref="ShardBusyException">Too many reads wait.</exception>
    public async Task<ShardView> ReadLinearizableAsync(CancellationToken cancel, int firstNode = 0) => (await ReachAsync(firstNode, cancel)).View;

    /// <summary>The result of what was executed under a nonce, once a replica holds everything that was acknowledged before the call.</summary>
    /// <exception cref="NoQuorumException">Too few replicas answer.</exception>
    /// <exception cref="ShardBusyException">Too many reads wait.</exception>
    public async Task<ResultLookup> FindResultAsync(PublicKey client, Nonce nonce, CancellationToken cancel, int firstNode = 0)
    {
        var (host, _) = await ReachAsync(firstNode, cancel);
        return host.FindResult(client, nonce);
    }

    private async Task<(ReplicaHost Host, ShardView View)> ReachAsync(int firstNode, CancellationToken cancel)
    {
        if (!HasQuorum) throw NoQuorum();
        var deadline = Deadline();
        for (var attempt = firstNode; ; attempt++)
        {
            var host = Pick(attempt);
            if (await host.Gateway.ReadAsync(deadline, cancel) is { } view) return (host, view);
            if (Stopwatch.GetTimestamp() >= deadline) throw NoQuorum();
        }
    }

    /// <summary>The ledger of a replica; null when it keeps none.</summary>
    public DiskLedger? Ledger(int index) => _stores[index].Ledger;

    /// <summary>A request that one of the nodes has passed on to the replicas and knows no answer to; null when none has.</summary>
    public PendingRequest? FindPending(PublicKey client, Nonce nonce)
    {
        for (var i = 0; i < _keys.Length; i++)
        {
            if (_network.Host(i)?.Gateway.FindPending(client, nonce) is { } pending) return pending;
        }

        return null;
    }

    /// <summary>Registers for the next change of a key. What was changed before is to be read afterwards.</summary>
    /// <exception cref="NoQuorumException">No replica runs.</exception>
    /// <exception cref="ShardBusyException">Too many wait.</exception>
    public KeyWaiter WaitForChange(Key key, int firstNode = 0) =>
        Pick(firstNode).Gateway.Changes.TryRegister(key) ?? throw new ShardBusyException("Too many requests wait for keys of the shard to change.");

    /// <summary>Stops a replica as a crash would; it keeps its disk. Does nothing when it does not run.</summary>
    public void StopReplica(int index)
    {
        lock (_gate)
        {
            if (_network.Host(index) is not { } host) return;
            _network.Detach(host.Id);
            host.Dispose();
            _stores[index].Disk?.Dispose();
        }
    }

    /// <summary>Starts a replica that was stopped, with its disk or with an empty one. Does nothing when it runs.</summary>
    public void StartReplica(int index, bool emptyDisk)
    {
        lock (_gate)
        {
            if (_network.Host(index) is not null) return;
            if (emptyDisk) ReplicaStores.Remove(_options, Id, index);
            if (emptyDisk || _stores[index].Disk is not null) _stores[index] = ReplicaStores.Create(_options, Id, index);
            Start(index, emptyDisk ? StartMode.LostDisk : StartMode.Restart);
        }
    }

    /// <summary>Stops all replicas and forgets their keys.</summary>
    public void Dispose()
    {
        for (var i = 0; i < _keys.Length; i++) StopReplica(i);
        foreach (var tampering in _tamperings) tampering?.Dispose();
        foreach (var key in _keys) key.Dispose();
    }

    private long Deadline() => Stopwatch.GetTimestamp() + (long)(_options.AnswerTimeout.TotalSeconds * Stopwatch.Frequency);

    private NoQuorumException NoQuorum() =>
        new($"Shard {Id.Number} has {InService} of {_group.Config.Replicas} replicas in service and needs {_group.Config.Quorum}.");

    // What is wrong with a replica by design stays wrong over its restarts.
    private Tampering? TamperingOf(int index)
    {
        if (!_options.Faults.TryGetValue(index, out var faults)) return null;
        var tampering = new Tampering(faults, ReplicaOf(index), _verifier.Context, SignerOf(index), _options.Clock, () => _network.Host(index));
        _network.Tamper(tampering);
        _logger.FaultyByDesign(index, string.Join(", ", faults.Names));
        return tampering;
    }

    private static IPeerTransport Transport(Tampering? tampering, InProcessNetwork.Port port) => tampering is null ? port : tampering.Over(port);

    private ReplicaOptions ReplicaOf(int index) => new(new ReplicaId((ushort)index), _group.Config, _genesis.Consensus, _genesis.Cluster);

    private KeyStatementSigner SignerOf(int index) => new(new ReplicaId((ushort)index), _keys[index]);

    private void Start(int index, StartMode mode)
    {
        var transport = _transports[index];
        IGatewayOutlet outlet = _tamperings[index] is { } tampering ? tampering.OutletOver(transport) : _network.PortOf(new ReplicaId((ushort)index));
        var partition = new ShardPartition(new ShardMap(_genesis.Groups.Length), _group.Id);
        var driver = new DriverOptions(ReplicaOf(index), _genesis.Limits, _genesis.Clients, partition, _verifier);
        var options = new HostOptions(driver, SignerOf(index), transport, outlet, _options.Clock, _logger, _rejections[index], Evidence)
        {
            SharesThreads = _options.Directory is null && _options.OpenDisk is null,
            KeyWaitersMax = _options.KeyWaitersMax,
        };
        var stores = _stores[index];
        var host = new ReplicaHost(options, mode, stores.Log, stores.Snapshots, stores.Ledger);
        _network.Attach(host);
        host.Start();
    }

    // The nodes take turns by attempt; those that lag on purpose (no disk) come last.
    private ReplicaHost Pick(int attempt)
    {
        var (fit, unfit) = (0, 0);
        for (var i = 0; i < _keys.Length; i++)
        {
            if (_network.Host(i) is not { } host) continue;
            if (Lags(host)) unfit++;
            else fit++;
        }

        var lagging = fit == 0;
        var rank = lagging && unfit == 0 ? throw NoQuorum() : attempt % (fit + unfit);
        if (!lagging && rank >= fit) (lagging, rank) = (true, rank - fit);
        for (var i = 0; i < _keys.Length; i++)
        {
            if (_network.Host(i) is { } host && Lags(host) == lagging && rank-- == 0) return host;
        }

        return Pick(attempt); // One stopped or caught up in between.
    }

    private static bool Lags(ReplicaHost host) => host.LacksState || host.Status is { Rejoining: true } or { FetchingState: true } or { DiskFull: true };

    private ReplicaStatus StatusOf(int index)
    {
        var host = _network.Host(index);
        var status = host?.Status
            ?? new ReplicaStatus(index, Running: host is not null, 0, false, 0, 0, 0, null, false, false, 0, 0, new SortedDictionary<string, long>(StringComparer.Ordinal));
        return _tamperings[index] is { } tampering ? status with { Faults = tampering.Names } : status;
    }
}
