using KvStore.Protocol;

namespace KvStore.Replication.Pool;

/// <summary>
/// Where a pool's network delivers what peers sent to one group. Called from several threads at once, but for one peer in the order in which it was sent.
/// Must not block: while it does, nothing more is taken from that peer.
/// </summary>
public interface IPeerSink
{
    /// <summary>What is to be taken in place of a message that came and was not looked at yet; null for nothing. A correct replica takes what comes.</summary>
    PeerMessage? Hear(ReplicaId from, PeerMessage message) => message;

    /// <summary>Whether a message tells the group's replica nothing new, so that it need not be verified, nor delivered.</summary>
    bool IsSettled(PeerMessage message);

    /// <summary>A message of which everything has been verified that can be without the replica's state.</summary>
    /// <param name="from">The peer.</param>
    /// <param name="message">The message.</param>
    /// <param name="bytes">How long it was on the way.</param>
    void Deliver(ReplicaId from, VerifiedMessage message, int bytes);

    /// <summary>A peer says that it executed a batch. Not verified: the gateway does that, and only where a client waits.</summary>
    void OnExecuted(ReplicaId from, Signed<Executed> claim);

    /// <summary>A peer answers about the read index. Not verified: the gateway does that, and only for the round that is under way.</summary>
    void OnReadIndexAnswer(ReplicaId from, ReadIndexAnswer answer);

    /// <summary>Something that a peer sent to the group was dropped.</summary>
    void OnRejected(RejectionKind kind, ReplicaId from);
}
