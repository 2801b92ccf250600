using KvStore.Protocol;
using KvStore.Replication.Faults;

namespace KvStore.Simulator;

/// <summary>One way to lie. What it does not say otherwise is the truth.</summary>
internal abstract class Behaviour(LiarKit kit) : IStatementTamper
{
    protected LiarKit Kit => kit;

    public virtual IEnumerable<Said> Say(ReplicaId to, PeerMessage message) => [new Said(message)];

    public virtual PeerMessage? Hear(ReplicaId from, PeerMessage message) => message;

    protected static IEnumerable<Said> Only(PeerMessage message) => [new Said(message)];

    protected static IEnumerable<Said> Both(PeerMessage first, PeerMessage second) => [new Said(first), new Said(second)];
}
