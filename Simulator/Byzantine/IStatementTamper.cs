using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>A message that a liar sends.</summary>
/// <param name="Message">The message.</param>
/// <param name="Delay">How much later than the truth it leaves, in milliseconds.</param>
internal readonly record struct Said(PeerMessage Message, long Delay = 0);

/// <summary>
/// The seam for Byzantine behaviour: everything that one replica sends passes through here, once per receiver, so that different receivers can be
/// told different things; and everything that it hears. The replica behind it runs the real code; what leaves it is a lie.
/// </summary>
internal interface IStatementTamper
{
    /// <summary>What is sent in place of the message: the same, others, or nothing.</summary>
    IEnumerable<Said> Say(ReplicaId to, PeerMessage message);

    /// <summary>What the replica takes in place of a message that came, or of a request from its own gateway; null for nothing.</summary>
    PeerMessage? Hear(ReplicaId from, PeerMessage message);
}
