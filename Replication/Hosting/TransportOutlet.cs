using KvStore.Protocol;
using KvStore.Replication.Faults;
using KvStore.Replication.Gateways;
using KvStore.Replication.Ports;

namespace KvStore.Replication.Hosting;

/// <summary>How a node's gateway reaches the replicas: its own directly, the others as the replica reaches them.</summary>
/// <param name="self">The node's replica.</param>
/// <param name="transport">Reaches the others.</param>
/// <param name="own">What the node's replica runs in; null while it does not run.</param>
/// <param name="tampering">What the replica is told of its own gateway's requests passes through this; null for a correct one.</param>
internal sealed class TransportOutlet(ReplicaId self, IPeerTransport transport, Func<ReplicaHost?> own, Tampering? tampering) : IGatewayOutlet
{
    public void Distribute(VerifiedRequest request)
    {
        var message = new RequestsMessage([request.Request]);
        if (tampering is null || tampering.Hear(self, message) is not null) own()?.Deliver(null, request);
        transport.Broadcast(message);
    }

    public void AskReadIndex(ReadIndexQuery query)
    {
        own()?.Deliver(self, new PlainMessage(query), bytes: 0);
        transport.Broadcast(query);
    }
}
