using KvStore.Protocol;
using KvStore.Replication.Ports;

namespace KvStore.Replication.Driving;

/// <summary>What is to leave the replica once the log is flushed, in order.</summary>
internal sealed class Outbox(IPeerTransport transport)
{
    private readonly List<(ReplicaId? To, PeerMessage Message)> _messages = [];
    private readonly List<Action> _events = [];
    private readonly List<(ReplicaId? To, PeerMessage Message)> _parkedMessages = [];
    private readonly List<Action> _parkedEvents = [];

    public void ToAll(PeerMessage message) => _messages.Add((null, message));

    public void To(ReplicaId peer, PeerMessage message) => _messages.Add((peer, message));

    /// <summary>Something that the node around the driver may hear only after the flush.</summary>
    public void Tell(Action tell) => _events.Add(tell);

    /// <summary>Sets aside what has gathered, until what it rests on is durable.</summary>
    public void Park()
    {
        _parkedMessages.AddRange(_messages);
        _parkedEvents.AddRange(_events);
        _messages.Clear();
        _events.Clear();
    }

    /// <summary>What was set aside leaves with the next release, before anything else.</summary>
    public void Unpark()
    {
        _messages.InsertRange(0, _parkedMessages);
        _events.InsertRange(0, _parkedEvents);
        _parkedMessages.Clear();
        _parkedEvents.Clear();
    }

    public void Release()
    {
        ReleaseMessages();
        foreach (var tell in _events) tell();
        _events.Clear();
    }

    /// <summary>Lets out what goes to peers only: in the middle of a round the replica is in no state to be asked about.</summary>
    public void ReleaseMessages()
    {
        foreach (var (to, message) in _messages)
        {
            if (to is { } peer) transport.Send(peer, message);
            else transport.Broadcast(message);
        }

        _messages.Clear();
    }
}
