// Why sender ids are sealed: an envelope may pass through machines that belong to other nodes, and answers about the read index, reports and the like carry no
// signature of their own. docs/adr/012-envelopes-are-sealed.md.
using KvStore.Protocol;
using KvStore.Replication.Pool.Network;
using KvStore.Replication.Ports;
using Microsoft.Extensions.Logging;

namespace KvStore.Replication.Pool.Envelopes;

/// <summary>
/// A node's part of a network that carries opaque envelopes, whatever loses, repeats or reorders them on the way: messages are gathered into envelopes, sealed
/// so that nobody but the two nodes can make one, and sent within a window. Nothing is sent again here; the protocol asks for what it lacks. Thread-safe.
/// </summary>
public sealed class EnvelopeNetwork : IPoolNetwork
{
    private readonly EnvelopeCore _core;
    private readonly EnvelopePeer?[] _peers;
    private readonly ITimer _timer;
    private readonly Task _running;
    private int _disposed;

    /// <summary>Begins to introduce this node to the others.</summary>
    /// <param name="options">What it is made of.</param>
    /// <param name="carrier">Carries the envelopes.</param>
    /// <param name="loggers">Where the log goes.</param>
    /// <exception cref="ArgumentException">The key is not that of the node.</exception>
    public EnvelopeNetwork(EnvelopeNetworkOptions options, IEnvelopeCarrier carrier, ILoggerFactory loggers)
    {
        if (options.Self.Index >= options.Nodes.Length || options.Nodes[options.Self.Index] != options.Key.PublicKey)
            throw new ArgumentException($"The key is not that of node {options.Self.Index}.", nameof(options));
        _core = new EnvelopeCore(options, carrier, loggers.CreateLogger<EnvelopeNetwork>());
        var pumps = SendPump.For(options.Nodes.Length);
        _peers = [.. Enumerable.Range(0, options.Nodes.Length)
            .Select(node => node == options.Self.Index ? null : new EnvelopePeer(_core, new ReplicaId((ushort)node), pumps[node / SendPump.PeersMax]))];
        _running = Task.WhenAll(Known.Select(peer => Task.Run(peer.RunAsync)));
        _timer = options.Clock.CreateTimer(static network => ((EnvelopeNetwork)network!).OnTick(), this, TimeSpan.Zero, options.Window.Tick);
    }

    /// <inheritdoc/>
    public IReadOnlyList<PeerStatus> Peers => [.. Known.Select(peer => peer.Status)];

    private IEnumerable<EnvelopePeer> Known => _peers.OfType<EnvelopePeer>();

    /// <inheritdoc/>
    public IPeerTransport Attach(GroupId group, MessageVerifier verifier, IPeerSink sink)
    {
        _core.Groups.Add(group, new AttachedGroup(verifier, sink));
        return new GroupTransport(_peers, group, verifier.Context);
    }

    /// <inheritdoc/>
    public void Detach(GroupId group) => _core.Groups.Remove(group);

    /// <inheritdoc/>
    public void OnRejected(RejectionKind kind, ReplicaId from) => Find(from)?.OnRejected(kind);

    /// <summary>An envelope came, from anybody. Never blocks and never throws; the bytes must not change afterwards.</summary>
    public void Receive(ReadOnlyMemory<byte> envelope)
    {
        if (!EnvelopeEnds.TryRead(envelope.Span, out var ends) || ends.To != _core.Options.Self || Find(ends.From) is not { } peer) return;
        if (ends.Kind == EnvelopeKind.Hello) peer.OnHello(envelope);
        else peer.OnSealed(envelope);
    }

    /// <summary>Sends and takes nothing more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        await _timer.DisposeAsync();
        foreach (var peer in Known) peer.Stop();
        await _running;
        _core.Dispose();
    }

    private void OnTick()
    {
        foreach (var peer in Known) peer.OnTick();
    }

    private EnvelopePeer? Find(ReplicaId node) => node.Index < _peers.Length ? _peers[node.Index] : null;
}
