using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>
/// The seam for Byzantine behaviour: everything that one replica sends passes through here, once per receiver, so that different receivers can be
/// told different things. The replica behind it runs the real code; what leaves it is a lie.
/// </summary>
public interface IStatementTamper
{
    /// <summary>What is sent in place of the message: the same, another one, or nothing.</summary>
    PeerMessage? Tamper(ReplicaId to, PeerMessage message);
}
