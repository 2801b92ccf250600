using System.Collections.Concurrent;
using KvStore.Protocol;
using KvStore.Replication.Pool;
using KvStore.Replication.Ports;

namespace KvStore.Replication.Tests.Pool;

/// <summary>
/// A network between the nodes of one process, in place of TLS. It may lose what is sent to a node that is not there, and nothing else; it verifies what the real one
/// verifies, and delivers on the thread that sends.
/// </summary>
internal sealed class TestNetwork
{
    private readonly ConcurrentDictionary<(ReplicaId Node, GroupId Group), (MessageVerifier Verifier, IPeerSink Sink)> _attached = new();

    public IPoolNetwork Of(ReplicaId node, int nodes) => new Port(this, node, nodes);

    private void Send(ReplicaId from, ReplicaId to, GroupId group, PeerMessage sent)
    {
        if (from == to || !_attached.TryGetValue((to, group), out var target) || target.Sink.Hear(from, sent) is not { } message) return;
        if (message is StatementMessage { Signed: Signed<Executed> executed }) target.Sink.OnExecuted(from, executed);
        else if (message is ReadIndexAnswer answer) target.Sink.OnReadIndexAnswer(from, answer);
        else if (target.Verifier.TryVerify(message, out var verified, out var rejection)) target.Sink.Deliver(from, verified, bytes: 0);
        else target.Sink.OnRejected(rejection, from);
    }

    private sealed class Port(TestNetwork network, ReplicaId node, int nodes) : IPoolNetwork
    {
        public IReadOnlyList<PeerStatus> Peers => [];

        public IPeerTransport Attach(GroupId group, MessageVerifier verifier, IPeerSink sink)
        {
            network._attached[(node, group)] = (verifier, sink);
            return new Transport(network, node, nodes, group);
        }

        public void OnRejected(RejectionKind kind, ReplicaId from)
        {
        }

        public void Detach(GroupId group) => network._attached.TryRemove((node, group), out _);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Transport(TestNetwork network, ReplicaId node, int nodes, GroupId group) : IPeerTransport
    {
        public void Send(ReplicaId to, PeerMessage message) => network.Send(node, to, group, message);

        public void Broadcast(PeerMessage message)
        {
            for (var i = 0; i < nodes; i++) network.Send(node, new ReplicaId((ushort)i), group, message);
        }
    }
}
