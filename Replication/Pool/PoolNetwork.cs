using System.Net;
using KvStore.Protocol;
using KvStore.Replication.Pool.Network;
using KvStore.Replication.Ports;
using Microsoft.Extensions.Logging;

namespace KvStore.Replication.Pool;

/// <summary>
/// A node's part of the network of a pool: it listens for its peers and dials each of them, and what this node sends goes over the connections that it
/// dialled, for all groups. Who a peer is, its node key proves on every connection (docs/adr/011). Thread-safe.
/// </summary>
public sealed class PoolNetwork : IPoolNetwork
{
    private readonly PoolNetworkOptions _options;
    private readonly NetworkCore _core;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _dialling = [];
    private PeerListener? _listener;
    private ITimer? _timer;
    private int _disposed;

    private PoolNetwork(PoolNetworkOptions options, ILoggerFactory loggers)
    {
        _options = options;
        _core = new NetworkCore(options, loggers.CreateLogger<PoolNetwork>());
    }

    /// <summary>Where this node listens, with the port that it got.</summary>
    public IPEndPoint Endpoint => _listener!.Endpoint;

    /// <summary>How it stands with each peer, by id.</summary>
    public IReadOnlyList<PeerStatus> Peers => [.. _core.Peers.Select(peer => peer.Status)];

    /// <summary>Connections that were refused, by kind; kinds that never happened are left out.</summary>
    public IReadOnlyDictionary<RefusalKind, long> Refused => _core.Refusals.Snapshot();

    /// <summary>Connections that have not introduced themselves yet.</summary>
    public int Strangers => _core.Door.Count;

    /// <summary>Listens, and begins to dial. Peers that are not there yet are found when they come.</summary>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    /// <exception cref="IOException">It can't listen there.</exception>
    public static async Task<PoolNetwork> StartAsync(PoolNetworkOptions options, ILoggerFactory loggers)
    {
        Check(options);
        var network = new PoolNetwork(options, loggers);
        try
        {
            await network.StartAsync(loggers);
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }

        return network;
    }

    /// <summary>Connects a group; nothing of it is delivered before.</summary>
    /// <param name="group">The group.</param>
    /// <param name="verifier">Checks what peers send to it.</param>
    /// <param name="sink">Where it goes.</param>
    /// <returns>Carries what the group's replica here sends.</returns>
    /// <exception cref="InvalidOperationException">The group is attached already.</exception>
    public IPeerTransport Attach(GroupId group, MessageVerifier verifier, IPeerSink sink)
    {
        _core.Groups.Add(group, new AttachedGroup(verifier, sink));
        return new GroupTransport(_core.ById, group, verifier.Context);
    }

    /// <summary>Disconnects a group. What is being delivered at this moment still is.</summary>
    public void Detach(GroupId group) => _core.Groups.Remove(group);

    /// <inheritdoc/>
    public void OnRejected(RejectionKind kind, ReplicaId from)
    {
        var peer = _core.Peer(from);
        if (!peer.OnRejected(kind)) peer.Seat.Close("Too much of it was rejected.");
    }

    /// <summary>Dials a peer at another address from now on. The connection that there is stays.</summary>
    public void SetAddress(ReplicaId peer, string address)
    {
        DialAddress.Parse(address);
        _core.Peer(peer).Dialler.Address = address;
    }

    /// <summary>Closes all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        await _stop.CancelAsync();
        if (_timer is not null) await _timer.DisposeAsync();
        await Task.WhenAll(_dialling);
        if (_listener is not null) await _listener.DisposeAsync();
        _core.Dispose();
        _stop.Dispose();
    }

    private async Task StartAsync(ILoggerFactory loggers)
    {
        _listener = await PeerListener.StartAsync(_core, loggers, _stop.Token);
        _core.Logger.Listening(_options.Self.Index, Endpoint);
        foreach (var peer in _core.Peers) _dialling.Add(peer.Dialler.RunAsync(_stop.Token));
        _timer = _options.Clock.CreateTimer(static core => ((NetworkCore)core!).OnTick(), _core, _options.Limits.PingInterval, _options.Limits.PingInterval);
    }

    private static void Check(PoolNetworkOptions options)
    {
        if (options.Addresses.Length != options.Nodes.Length) throw new ArgumentException("There must be an address for each node.", nameof(options));
        if (options.Self.Index >= options.Nodes.Length) throw new ArgumentException($"There is no node {options.Self.Index}.", nameof(options));
        if (options.Nodes[options.Self.Index] != options.Key.PublicKey) throw new ArgumentException($"The key is not that of node {options.Self.Index}.", nameof(options));
        foreach (var address in options.Addresses) DialAddress.Parse(address);
    }
}
