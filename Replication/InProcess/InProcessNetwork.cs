using KvStore.Protocol;
using KvStore.Replication.Faults;
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
    private readonly Tampering?[] _tamperings = new Tampering?[replicas];
    private bool _someoneTampers;

    public void Attach(ReplicaHost host) => Volatile.Write(ref _hosts[host.Id.Index], host);

    public void Detach(ReplicaId replica) => Volatile.Write(ref _hosts[replica.Index], null);

    public ReplicaHost? Host(int index) => Volatile.Read(ref _hosts[index]);

    /// <summary>What reaches the replica passes through its tamper first. To be said before anything runs.</summary>
    public void Tamper(Tampering tampering) => (_tamperings[tampering.Self.Index], _someoneTampers) = (tampering, true);

    public Port PortOf(ReplicaId replica) => new(this, replica);

    private void Transmit(ReplicaId from, ReplicaId? to, PeerMessage message)
    {
        if (!_someoneTampers)
        {
            Carry(from, to, message);
            return;
        }

        for (ushort i = 0; i < _hosts.Length; i++)
        {
            if (!IsMeant(from, to, i)) continue;
            var heard = _tamperings[i] is { } tampering ? tampering.Hear(from, message) : message;
            if (heard is not null) Carry(from, new ReplicaId(i), heard);
        }
    }

    private void Carry(ReplicaId from, ReplicaId? to, PeerMessage message)
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
            if (IsMeant(from, to, i) && Host(i) is { } host) deliver(host);
        }
    }

    private static bool IsMeant(ReplicaId from, ReplicaId? to, int receiver) => to is { } one ? one.Index == receiver : from.Index != receiver;

    /// <summary>One node's connection to the network.</summary>
    internal sealed class Port(InProcessNetwork network, ReplicaId self) : IPeerTransport, IGatewayOutlet
    {
        public void Send(ReplicaId to, PeerMessage message) => network.Transmit(self, to, message);

        public void Broadcast(PeerMessage message) => network.Transmit(self, null, message);

        public void Distribute(VerifiedRequest request)
        {
            for (ushort i = 0; i < network._hosts.Length; i++)
            {
                if (network._tamperings[i] is not null) network.Transmit(self, new ReplicaId(i), new RequestsMessage([request.Request]));
                else network.Host(i)?.Deliver(i == self.Index ? null : self, request);
            }
        }

        public void AskReadIndex(ReadIndexQuery query)
        {
            var message = new PlainMessage(query);
            for (ushort i = 0; i < network._hosts.Length; i++)
            {
                if (network._tamperings[i] is not null) network.Transmit(self, new ReplicaId(i), query);
                else network.Host(i)?.Deliver(self, message, bytes: 0);
            }
        }
    }
}
