using KvStore.Protocol;
using KvStore.Replication.Gateways;
using KvStore.Replication.Hosting;
using KvStore.Replication.Ports;

namespace KvStore.Replication.InProcess;

/// <summary>
/// The network of a group that lives in one process. Messages are handed on as the immutable objects that they are; what carries signatures is
/// verified once for all who get it, by the thread that sends: a hop to another one costs more than it gains. A replica that does not run gets nothing.
/// </summary>
internal sealed class InProcessNetwork(MessageVerifier verifier, int replicas)
{
    private readonly ReplicaHost?[] _hosts = new ReplicaHost?[replicas];

    public void Attach(ReplicaHost host) => Volatile.Write(ref _hosts[host.Id.Index], host);

    public void Detach(ReplicaId replica) => Volatile.Write(ref _hosts[replica.Index], null);

    public ReplicaHost? Host(int index) => Volatile.Read(ref _hosts[index]);

    public Port PortOf(ReplicaId replica) => new(this, replica);

    private void Transmit(ReplicaId from, ReplicaId? to, PeerMessage message)
    {
        switch (message)
        {
            case StatementMessage { Signed: Signed<Executed> executed }:
                // The gateways check these signatures themselves, and only where a client waits.
                Each(from, to, host => host.Gateway.OnPeerExecuted(from, executed));
                break;
            case ReadIndexAnswer answer:
                Each(from, to, host => host.Gateway.OnReadIndexAnswer(from, answer));
                break;
            case StatementMessage or ProposalMessage or RequestsMessage or CommittedMessage or StableMessage or RecalledMessage:
                Verify(from, to, message);
                break;
            default:
                Deliver(from, to, new PlainMessage(message));
                break;
        }
    }

    private void Verify(ReplicaId from, ReplicaId? to, PeerMessage message)
    {
        if (verifier.TryVerify(message, out var verified, out var rejection)) Each(from, to, host => Deliver(host, from, message, verified));
        else Each(from, to, host => host.Rejections.Add(rejection, from));
    }

    private static void Deliver(ReplicaHost host, ReplicaId from, PeerMessage message, VerifiedMessage verified)
    {
        if (!host.IsSettled(message)) host.Deliver(from, verified, bytes: 0);
    }

    private void Deliver(ReplicaId from, ReplicaId? to, VerifiedMessage message) => Each(from, to, host => host.Deliver(from, message, bytes: 0));

    private void Each(ReplicaId from, ReplicaId? to, Action<ReplicaHost> deliver)
    {
        for (var i = 0; i < _hosts.Length; i++)
        {
            var meant = to is { } one ? one.Index == i : from.Index != i;
            if (meant && Host(i) is { } host) deliver(host);
        }
    }

    /// <summary>One node's connection to the network.</summary>
    internal sealed class Port(InProcessNetwork network, ReplicaId self) : IPeerTransport, IGatewayOutlet
    {
        public void Send(ReplicaId to, PeerMessage message) => network.Transmit(self, to, message);

        public void Broadcast(PeerMessage message) => network.Transmit(self, null, message);

        public void Distribute(VerifiedRequest request)
        {
            for (var i = 0; i < network._hosts.Length; i++) network.Host(i)?.Deliver(i == self.Index ? null : self, request);
        }

        public void AskReadIndex(ReadIndexQuery query)
        {
            var message = new PlainMessage(query);
            for (var i = 0; i < network._hosts.Length; i++) network.Host(i)?.Deliver(self, message, bytes: 0);
        }
    }
}
