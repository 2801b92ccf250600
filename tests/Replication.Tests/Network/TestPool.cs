using System.Collections.Immutable;
using System.Net;
using KvStore.Protocol;
using KvStore.Replication.Hosting;
using KvStore.Replication.Pool;
using KvStore.Replication.Ports;

namespace KvStore.Replication.Tests.Network;

/// <summary>The networks of several nodes in one process, over real sockets of the loopback interface.</summary>
internal sealed class TestPool : IAsyncDisposable
{
    private readonly Dictionary<int, PoolNetwork> _running = [];

    private TestPool(int nodes)
    {
        Keys = [.. Enumerable.Range(0, nodes).Select(node => new Ed25519PrivateKey([.. Enumerable.Range(node * 0x20, Ed25519PrivateKey.SeedLength).Select(value => (byte)value)]))];
        Genesis = new Genesis { Name = "pool", Groups = [new GroupGenesis(Group, new GroupConfig(nodes), [.. Keys.Select(key => key.PublicKey)])] };
        Logs = [.. Keys.Select(_ => new EventLog())];
    }

    public static GroupId Group { get; } = new(0);

    public ImmutableArray<Ed25519PrivateKey> Keys { get; }

    public Genesis Genesis { get; }

    /// <summary>What each node logs.</summary>
    public ImmutableArray<EventLog> Logs { get; }

    public StatementContext Context => new(Genesis.Cluster, Group, new Epoch(0));

    public PoolNetwork this[int node] => _running[node];

    /// <summary>A pool whose nodes are not started.</summary>
    public static TestPool Of(int nodes) => new(nodes);

    /// <summary>A pool whose nodes all run and know each other's addresses.</summary>
    public static async Task<TestPool> StartAsync(int nodes, PoolNetworkLimits? limits = null)
    {
        var pool = new TestPool(nodes);
        for (var node = 0; node < nodes; node++) await pool.StartNodeAsync(node, limits);
        return pool;
    }

    /// <summary>The options of a node that dials nobody yet.</summary>
    public PoolNetworkOptions OptionsOf(int node, PoolNetworkLimits? limits = null) => new(
        new ReplicaId((ushort)node), Genesis.Cluster, Keys[node], Genesis.Groups[0].Members, [.. Keys.Select(_ => "127.0.0.1:1")], new IPEndPoint(IPAddress.Loopback, 0))
    {
        Limits = limits ?? new PoolNetworkLimits(),
    };

    public Task<PoolNetwork> StartNodeAsync(int node, PoolNetworkLimits? limits = null) => StartNodeAsync(OptionsOf(node, limits));

    /// <summary>Starts a node; those that run and it learn of each other's address.</summary>
    public async Task<PoolNetwork> StartNodeAsync(PoolNetworkOptions options)
    {
        var self = options.Self;
        var network = await PoolNetwork.StartAsync(options, Logs[self.Index]);
        foreach (var (other, running) in _running)
        {
            running.SetAddress(self, network.Endpoint.ToString());
            network.SetAddress(new ReplicaId((ushort)other), running.Endpoint.ToString());
        }

        _running.Add(self.Index, network);
        return network;
    }

    public async Task StopNodeAsync(int node)
    {
        _running.Remove(node, out var network);
        await network!.DisposeAsync();
    }

    /// <summary>Waits until every running node has a connection to send to every other.</summary>
    public async Task ConnectedAsync()
    {
        foreach (var node in _running.Keys)
        {
            foreach (var peer in _running.Keys.Where(peer => peer != node)) await Logs[node].Until(1102, ("Peer", peer));
        }
    }

    public MessageVerifier NewVerifier() =>
        new(Context, Genesis.Groups[0].Config, Genesis.Consensus, Genesis.Groups[0].Members, Ed25519.Instance, new VerificationCache());

    /// <summary>Attaches the group of a node to a new sink.</summary>
    public (IPeerTransport Transport, RecordingSink Sink) Attach(int node)
    {
        var sink = new RecordingSink();
        return (this[node].Attach(Group, NewVerifier(), sink), sink);
    }

    public Signed<TStatement> Sign<TStatement>(int node, TStatement statement)
        where TStatement : Statement
    {
        var writer = new CanonicalWriter();
        StatementCodec.EncodeSignedBytes(writer, Context, statement);
        return new Signed<TStatement>(statement, new ReplicaId((ushort)node), Keys[node].Sign(writer.Written));
    }

    /// <summary>The same under a signature that is none.</summary>
    public static Signed<TStatement> Forge<TStatement>(Signed<TStatement> signed)
        where TStatement : Statement => new(signed.Statement, signed.Signer, default);

    /// <summary>A message that can be told from others of its kind by its number.</summary>
    public static ReadIndexQuery Numbered(ulong number) => new(number);

    public async ValueTask DisposeAsync()
    {
        foreach (var network in _running.Values) await network.DisposeAsync();
        foreach (var key in Keys) key.Dispose();
    }
}
