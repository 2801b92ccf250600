using KvStore.Protocol;
using KvStore.Replication.Ports;

namespace KvStore.Replication.Pool;

/// <summary>
/// Loses what a replica sends while another process may have taken its disk, and with it its place. The fence stops what is written down, and a former holder's
/// other words contradict nothing; but nobody needs to hear them.
/// </summary>
/// <param name="transport">Carries the rest.</param>
/// <param name="log">Where the replica writes down what it is about to say.</param>
internal sealed class HeldTransport(IPeerTransport transport, IReplicaLog log) : IPeerTransport
{
    public void Send(ReplicaId to, PeerMessage message)
    {
        if (log.IsHeld) transport.Send(to, message);
    }

    public void Broadcast(PeerMessage message)
    {
        if (log.IsHeld) transport.Broadcast(message);
    }
}
