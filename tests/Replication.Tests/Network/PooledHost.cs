using System.Diagnostics;
using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.Replication.Accountability;
using KvStore.Replication.Driving;
using KvStore.Replication.Gateways;
using KvStore.Replication.Hosting;
using KvStore.Replication.Pool;
using KvStore.Replication.Ports;
using KvStore.Replication.Storing;
using KvStore.StateMachine;

namespace KvStore.Replication.Tests.Network;

/// <summary>A replica with its gateway over a node's network, its log and snapshots in memory.</summary>
internal sealed class PooledHost : IPeerSink, IGatewayOutlet, IDisposable
{
    private readonly PoolNetwork _network;
    private readonly MessageVerifier _verifier;
    private readonly IPeerTransport _transport;
    private readonly ReplicaHost _host;

    public PooledHost(TestPool pool, int node, MemoryReplicaLog log, MemorySnapshotStore snapshots, StartMode mode)
    {
        var self = new ReplicaId((ushort)node);
        _network = pool[node];
        _verifier = pool.NewVerifier();
        var late = new LateTransport();
        var replica = new ReplicaOptions(self, pool.Genesis.Groups[0].Config, pool.Genesis.Consensus, pool.Genesis.Cluster);
        var driver = new DriverOptions(replica, pool.Genesis.Limits, pool.Genesis.Clients, new ShardPartition(new ShardMap(1), TestPool.Group), _verifier);
        var options = new HostOptions(
            driver, new KeyStatementSigner(self, pool.Keys[node]), late, this, TimeProvider.System, pool.Logs[node], new RejectionCounters(), new EvidenceKeeper(_verifier.Context, pool.Genesis.Groups[0].Members));
        _host = new ReplicaHost(options, mode, log, snapshots);
        late.Inner = _transport = _network.Attach(TestPool.Group, _verifier, this);
        _host.Start();
    }

    public ShardView View => _host.View;

    public async Task<GatewayAnswer> SubmitAsync(Request request)
    {
        Assert.True(_verifier.TryVerify(request, out var verified));
        return (await _host.Gateway.SubmitAsync(verified, Stopwatch.GetTimestamp() + 60 * Stopwatch.Frequency, TestContext.Current.CancellationToken))!;
    }

    public async Task<ShardView> ReadAsync() =>
        (await _host.Gateway.ReadAsync(Stopwatch.GetTimestamp() + 60 * Stopwatch.Frequency, TestContext.Current.CancellationToken))!;

    public bool IsSettled(PeerMessage message) => _host.IsSettled(message);

    public void Deliver(ReplicaId from, VerifiedMessage message, int bytes) => _host.Deliver(from, message, bytes);

    public void OnExecuted(ReplicaId from, Signed<Executed> claim) => _host.Gateway.OnPeerExecuted(from, claim);

    public void OnReadIndexAnswer(ReplicaId from, ReadIndexAnswer answer) => _host.Gateway.OnReadIndexAnswer(from, answer);

    public void OnRejected(RejectionKind kind, ReplicaId from) => _host.Rejections.Add(kind, from);

    public void Distribute(VerifiedRequest request)
    {
        _host.Deliver(null, request);
        _transport.Broadcast(new RequestsMessage([request.Request]));
    }

    public void AskReadIndex(ReadIndexQuery query)
    {
        _host.Deliver(_host.Id, new PlainMessage(query), bytes: 0);
        _transport.Broadcast(query);
    }

    public void Dispose()
    {
        _network.Detach(TestPool.Group);
        _host.Dispose();
    }

    /// <summary>The host is made before it is attached; until then it has nothing to say.</summary>
    private sealed class LateTransport : IPeerTransport
    {
        public IPeerTransport? Inner { get; set; }

        public void Send(ReplicaId to, PeerMessage message) => Inner!.Send(to, message);

        public void Broadcast(PeerMessage message) => Inner!.Broadcast(message);
    }
}
