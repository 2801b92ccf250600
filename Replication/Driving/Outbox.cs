using KvStore.Protocol;
using KvStore.Replication.Ports;

namespace KvStore.Replication.Driving;

/// <summary>What is to leave the replica once the log is flushed, in order.</summary>
internal sealed class Outbox(IPeerTransport transport)
{
    private readonly List<(ReplicaId? To, PeerMessage Message)> _messages = [];
    private readonly List<Action> _events = [];

    public void ToAll(PeerMessage message) => _messages.Add((null, message));

    public void To(ReplicaId peer, PeerMessage message) => _messages.Add((peer, message));

    /// <summary>Something that the node around the driver may hear only after the flush.</summary>
    public void Tell(Action tell) => _events.Add(tell);

    public void Release()
    {
        foreach (var (to, message) in _messages)
        {
            if (to is { } peer) transport.Send(peer, message);
            else transport.Broadcast(message);
        }

        _messages.Clear();
        foreach (var tell in _events) tell();
        _events.Clear();
    }
}
