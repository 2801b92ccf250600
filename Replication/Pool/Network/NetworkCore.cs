using System.Net;
using System.Numerics;
using KvStore.Protocol;
using Microsoft.Extensions.Logging;

namespace KvStore.Replication.Pool.Network;

/// <summary>What the parts of a node's network share.</summary>
internal sealed class NetworkCore : IDisposable
{
    private readonly Peer?[] _byId;

    public NetworkCore(PoolNetworkOptions options, ILogger logger)
    {
        Options = options;
        Logger = logger;
        Tls = new TlsSettings(options.Certificates);
        Introducing = new Introducing(options);
        Door = new Door(options.Limits);
        Handshakes = new HandshakeGate(options.Limits, options.Nodes.Length, options.Clock);
        _byId = new Peer?[options.Nodes.Length];
        var pumps = SendPump.For(_byId.Length);
        for (var i = 0; i < _byId.Length; i++)
        {
            if (i != options.Self.Index) _byId[i] = new Peer(this, new ReplicaId((ushort)i), pumps[i / SendPump.PeersMax]);
        }

        Peers = [.. _byId.OfType<Peer>()];
    }

    public PoolNetworkOptions Options { get; }

    public PoolNetworkLimits Limits => Options.Limits;

    public TimeProvider Clock => Options.Clock;

    public ILogger Logger { get; }

    public TlsSettings Tls { get; }

    public Introducing Introducing { get; }

    public Door Door { get; }

    public HandshakeGate Handshakes { get; }

    public GroupTable Groups { get; } = new();

    public KindCounters<RefusalKind> Refusals { get; } = new();

    /// <summary>All nodes but this one.</summary>
    public IReadOnlyList<Peer> Peers { get; }

    /// <summary>The same by id, with null for this one.</summary>
    public IReadOnlyList<Peer?> ById => _byId;

    /// <exception cref="ArgumentOutOfRangeException">That is no peer.</exception>
    public Peer Peer(ReplicaId id) => TryFindPeer(id) ?? throw new ArgumentOutOfRangeException(nameof(id), id, "No peer.");

    public Peer? TryFindPeer(ReplicaId id) => id.Index < _byId.Length ? _byId[id.Index] : null;

    /// <summary>Counts a refused connection. Logged at powers of two: a flood writes a few lines.</summary>
    public void Refuse(RefusalKind kind, EndPoint? remote)
    {
        var count = Refusals.Add(kind);
        if (BitOperations.IsPow2(count)) Logger.ConnectionRefused(Options.Self.Index, count, kind, remote);
    }

    /// <summary>Something is broken that no peer can break: a node that is deaf and does not know it would be worse than one that has stopped. Never gives true.</summary>
    public bool EndProcess(Exception broken, ReplicaId peer)
    {
        Logger.NetworkBroken(broken, Options.Self.Index, peer.Index);
        Environment.FailFast("The network of this node is broken.", broken);
        return false;
    }

    public void OnTick()
    {
        foreach (var peer in Peers)
        {
            peer.Dialler.OnTick();
            peer.Seat.OnTick();
        }
    }

    public void Dispose() => Tls.Dispose();
}
