using System.Collections.Immutable;
using KvStore.Protocol;
using KvStore.Replication.Pool.Envelopes;
using KvStore.Replication.Ports;
using KvStore.Replication.Tests.Network;
using Microsoft.Extensions.Logging.Abstractions;

namespace KvStore.Replication.Tests.Envelopes;

/// <summary>Two nodes with one group over a <see cref="CarrierHub"/>, and a third one's key.</summary>
internal sealed class EnvelopePair(CarrierHub hub) : IAsyncDisposable
{
    private const int Nodes = 3;

    private readonly EnvelopeNetwork?[] _networks = new EnvelopeNetwork?[Nodes];
    private readonly GroupId _group = new(0);

    public ImmutableArray<Ed25519PrivateKey> Keys { get; } =
        [.. Enumerable.Range(0, Nodes).Select(node => new Ed25519PrivateKey([.. Enumerable.Range(node * 0x20, Ed25519PrivateKey.SeedLength).Select(value => (byte)value)]))];

    public ShiftedClock Clock { get; } = new();

    public EnvelopeLimits Window { get; init; } = new();

    public ClusterId Cluster => Genesis.Cluster;

    public static ReplicaId Id(int node) => new((ushort)node);

    public EnvelopeNetwork this[int node] => _networks[node]!;

    private Genesis Genesis => new() { Name = "envelopes", Groups = [new GroupGenesis(_group, new GroupConfig(Nodes), [.. Keys.Select(key => key.PublicKey)])] };

    /// <summary>Starts a node, which attaches the group.</summary>
    public (RecordingSink Sink, IPeerTransport Transport) Start(int node)
    {
        var genesis = Genesis;
        var options = new EnvelopeNetworkOptions(Id(node), genesis.Cluster, Keys[node], genesis.Groups[0].Members) { Window = Window, Clock = Clock };
        var network = new EnvelopeNetwork(options, hub.Of(Id(node)), NullLoggerFactory.Instance);
        _networks[node] = network;
        var context = new StatementContext(genesis.Cluster, _group, new Epoch(0));
        var sink = new RecordingSink();
        var transport = network.Attach(_group, new MessageVerifier(context, genesis.Groups[0].Config, genesis.Consensus, genesis.Groups[0].Members, Ed25519.Instance, null), sink);
        hub.Connect(Id(node), network);
        return (sink, transport);
    }

    /// <summary>Waits until two nodes know each other.</summary>
    public async Task KnownAsync(int one, int other)
    {
        while (!this[one].Peers.Single(peer => peer.Peer == Id(other)).Connected || !this[other].Peers.Single(peer => peer.Peer == Id(one)).Connected)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public async ValueTask StopAsync(int node)
    {
        if (_networks[node] is { } network) await network.DisposeAsync();
        _networks[node] = null;
    }

    public async ValueTask DisposeAsync()
    {
        for (var node = 0; node < Nodes; node++) await StopAsync(node);
        foreach (var key in Keys) key.Dispose();
    }
}
