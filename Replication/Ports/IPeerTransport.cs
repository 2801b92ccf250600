using KvStore.Protocol;

namespace KvStore.Replication.Ports;

/// <summary>
/// Carries messages to peers. It may lose, repeat and reorder them; it never blocks and never throws. Messages are immutable, so a transport
/// inside one process hands them on as they are.
/// </summary>
public interface IPeerTransport
{
    /// <summary>Sends to one peer.</summary>
    void Send(ReplicaId to, PeerMessage message);

    /// <summary>Sends to all peers but the sender itself.</summary>
    void Broadcast(PeerMessage message);
}
