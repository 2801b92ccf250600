using System.Diagnostics;
using KvStore.Consensus;
using KvStore.Consensus.Leadership;
using KvStore.Protocol;
using KvStore.Replication.Accountability;
using KvStore.Replication.Faults;
using KvStore.Replication.Gateways;
using KvStore.Replication.Hosting;
using KvStore.Replication.Ports;
using KvStore.StateMachine;

namespace KvStore.Replication.Pool;

/// <summary>
/// A shard's group as a node of a pool serves it. Whatever is asked is answered by the node's own replica, with what the others say: a request is passed on to
/// all and answered when w said the same, a read waits for the position that a quorum names. While the own replica lags behind what the group discards, or has
/// not started, the group says so and its clients go to another node.
/// </summary>
internal sealed class PoolGroup : IShardGroup, IPeerSink
{
    private readonly GroupGenesis _group;
    private readonly ReplicaId _self;
    private readonly TimeSpan _answerTimeout;
    private readonly ulong _lagMax;
    private readonly PeerReports _reports;
    private readonly Action<GroupId, ReplicaId, StatusMessage> _heard;
    private readonly Func<DiskUsage?> _diskUsage;
    private readonly Tampering? _tampering;
    private volatile ReplicaHost? _host;

    /// <summary>A group whose replica has not started yet.</summary>
    /// <param name="genesis">How the cluster began.</param>
    /// <param name="group">The group.</param>
    /// <param name="options">The node.</param>
    /// <param name="verified">What the process has verified already.</param>
    /// <param name="heard">Called with what a peer says about where it stands, while the replica has not started.</param>
    /// <param name="diskUsage">What the replica has on its disk.</param>
    public PoolGroup(
        Genesis genesis, GroupGenesis group, PoolNodeOptions options, IVerificationCache verified, Action<GroupId, ReplicaId, StatusMessage> heard, Func<DiskUsage?> diskUsage)
    {
        (_group, _self, _answerTimeout, _heard, _diskUsage) = (group, options.Self, options.AnswerTimeout, heard, diskUsage);
        _lagMax = (ulong)genesis.Consensus.Window;
        _reports = new PeerReports(group.Config, options.Clock);
        var context = new StatementContext(genesis.Cluster, group.Id, new Epoch(0));
        Verifier = new MessageVerifier(context, group.Config, genesis.Consensus, group.Members, options.Scheme, verified);
        Evidence = new EvidenceKeeper(context, group.Members, options.EvidenceDirectory is { } directory ? new EvidenceFiles(directory, genesis) : null);
        Replica = new ReplicaOptions(_self, group.Config, genesis.Consensus, genesis.Cluster);
        Signer = options.Signer ?? new KeyStatementSigner(_self, options.Key);
        _tampering = TamperingOf(options);
    }

    /// <inheritdoc/>
    public GroupId Id => _group.Id;

    /// <inheritdoc/>
    public MessageVerifier Verifier { get; }

    /// <inheritdoc/>
    public EvidenceKeeper Evidence { get; }

    /// <summary>The replica that this node has of it.</summary>
    public ReplicaOptions Replica { get; }

    /// <summary>Signs as that replica.</summary>
    public IStatementSigner Signer { get; }

    /// <summary>What was dropped.</summary>
    public RejectionCounters Rejections { get; } = new();

    /// <inheritdoc/>
    public bool HasQuorum => InService >= _group.Config.Quorum;

    /// <inheritdoc/>
    public bool IsCatchingUp => _host is not { } host || host.LacksState || host.Status is { FetchingState: true } || _reports.ExecutedByWeakQuorum.Number > host.View.Sequence.Number + _lagMax;

    /// <inheritdoc/>
    public bool IsDiskFull => _host?.Status is { DiskFull: true };

    /// <inheritdoc/>
    public IReadOnlyList<ReplicaStatus> Statuses => [.. Enumerable.Range(0, _group.Config.Replicas).Select(replica => replica == _self.Index ? OwnStatus() : StatusOf(replica))];

    /// <inheritdoc/>
    public int KeyWaiters => _host?.Gateway.Changes.Count ?? 0;

    private int InService => _reports.InService + (_host?.Status is { Rejoining: false, DiskFull: false } ? 1 : 0);

    /// <inheritdoc/>
    public ShardView ReadLocal() => Host() is { LacksState: false } host
        ? host.View
        : throw CatchingUpException.WithoutState(Id);

    /// <inheritdoc/>
    public async Task<ShardView> ReadLinearizableAsync(CancellationToken cancel) => await ReachAsync(Ready(), cancel);

    /// <inheritdoc/>
    public async Task<ResultLookup> FindResultAsync(PublicKey client, Nonce nonce, CancellationToken cancel)
    {
        var host = Ready();
        await ReachAsync(host, cancel);
        return host.FindResult(client, nonce);
    }

    /// <inheritdoc/>
    public async Task<GatewayAnswer> SubmitAsync(VerifiedRequest request, CancellationToken cancel)
    {
        var host = Ready();
        return await host.Gateway.SubmitAsync(request, Deadline(), cancel) ?? throw new OutcomeUnknownException(request.Digest); // The node stops; the others may execute it.
    }

    /// <inheritdoc/>
    public PendingRequest? FindPending(PublicKey client, Nonce nonce) => _host?.Gateway.FindPending(client, nonce);

    /// <inheritdoc/>
    public KeyWaiter WaitForChange(Key key) => Host().Gateway.Changes.TryRegister(key) ?? throw new ShardBusyException("Too many requests wait for keys of the shard to change.");

    /// <summary>The replica starts.</summary>
    public void Start(ReplicaHost host)
    {
        _host = host;
        host.Start();
    }

    /// <summary>Has another replica lead whatever view it is this one's turn to lead.</summary>
    /// <returns>Whether it led one at the last tick.</returns>
    public bool HandOver()
    {
        if (_host is not { } host) return false;
        host.HandOver();
        return host.Status is { Active: true } status && status.Primary == _self.Index;
    }

    /// <summary>Whether the replica takes part in a view that another one leads, as far as it was seen at the last tick.</summary>
    public bool FollowsAnother => _host?.Status is not { } status || (status.Active && status.Primary != _self.Index);

    /// <summary>The replica stops, as a crash would stop it: whoever waits for it is told.</summary>
    public void Stop()
    {
        var host = _host;
        _host = null;
        host?.Dispose();
        _tampering?.Dispose();
    }

    /// <inheritdoc/>
    public PeerMessage? Hear(ReplicaId from, PeerMessage message) => _tampering is null ? message : _tampering.Hear(from, message);

    /// <inheritdoc/>
    public bool IsSettled(PeerMessage message) => _host is { } host && host.IsSettled(message);

    /// <inheritdoc/>
    public void Deliver(ReplicaId from, VerifiedMessage message, int bytes)
    {
        if (message is PlainMessage { Message: StatusMessage status })
        {
            _reports.Note(from, status);
            if (_host is null) _heard(Id, from, status);
        }

        _host?.Deliver(from, message, bytes);
    }

    /// <inheritdoc/>
    public void OnExecuted(ReplicaId from, Signed<Executed> claim) => _host?.Gateway.OnPeerExecuted(from, claim);

    /// <inheritdoc/>
    public void OnReadIndexAnswer(ReplicaId from, ReadIndexAnswer answer) => _host?.Gateway.OnReadIndexAnswer(from, answer);

    /// <inheritdoc/>
    public void OnRejected(RejectionKind kind, ReplicaId from) => Rejections.Add(kind, from);

    /// <summary>How the replica sends over the network's transport: as it is, unless the node is faulty by design.</summary>
    public IPeerTransport TransportOver(IPeerTransport transport) => _tampering is null ? transport : _tampering.Over(transport);

    /// <summary>How the node's gateway reaches the replicas over what <see cref="TransportOver"/> gave.</summary>
    public IGatewayOutlet OutletOver(IPeerTransport transport) => new TransportOutlet(_self, transport, () => _host, _tampering);

    private Tampering? TamperingOf(PoolNodeOptions options) =>
        options.Faults is { } faults ? new Tampering(faults, Replica, Verifier.Context, Signer, options.Clock, () => _host) : null;

    private async Task<ShardView> ReachAsync(ReplicaHost host, CancellationToken cancel) =>
        await host.Gateway.ReadAsync(Deadline(), cancel) ?? throw new NoQuorumException($"Too few replicas of shard {Id.Number} answered in time, or this node stops.");

    private long Deadline() => Stopwatch.GetTimestamp() + (long)(_answerTimeout.TotalSeconds * Stopwatch.Frequency);

    private ReplicaHost Host() => _host ?? throw new CatchingUpException($"This node's replica of shard {Id.Number} has not started yet.");

    private ReplicaHost Ready()
    {
        var host = Host();
        if (!HasQuorum)
            throw new NoQuorumException($"Shard {Id.Number} has {InService} of {_group.Config.Replicas} replicas in service, as far as this node hears, and needs {_group.Config.Quorum}.");
        if (IsDiskFull) throw new CatchingUpException($"This node's replica of shard {Id.Number} takes no part until its disk has room.");
        return IsCatchingUp ? throw new CatchingUpException($"This node's replica of shard {Id.Number} is catching up with the others.") : host;
    }

    private ReplicaStatus OwnStatus() => (_host?.Status ?? Unheard(_self.Index)) with { Disk = _diskUsage(), Faults = _tampering?.Names ?? [] };

    private ReplicaStatus StatusOf(int replica)
    {
        if (_reports.Of(replica) is not { } said) return Unheard(replica);
        return Unheard(replica) with
        {
            Running = true,
            View = said.View.Number,
            Active = said.Active,
            Primary = LeaderPolicy.Of(_group.Config).Primary(said.View).Index,
            Executed = said.Executed.Number,
            StableCheckpoint = said.Stable.Number,
            Rejoining = said.Rejoining,
            RetainedFrom = said.RetainedFrom.Number,
        };
    }

    private static ReplicaStatus Unheard(int replica) =>
        new(replica, Running: false, 0, false, 0, 0, 0, null, false, false, null, null, new SortedDictionary<string, long>(StringComparer.Ordinal));
}
