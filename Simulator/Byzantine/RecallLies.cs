// adversary.md row 39; docs/divergence.md, "A replica that was restored from an old copy".
using System.Collections.Immutable;
using KvStore.Protocol;
using KvStore.Replication.Faults;

namespace KvStore.Simulator;

/// <summary>Answers a replica that has just started wrongly: that nothing is known of it, or far too much, or with statements that prove nothing.</summary>
internal sealed class WrongRecallBehaviour(LiarKit kit) : Behaviour(kit)
{
    private const int LookedAt = 32;

    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message)
    {
        if (message is not RecalledMessage it || !Kit.Dares()) return Only(message);
        return Kit.Random.Below(6) switch
        {
            0 => [],
            1 => Only(it with { OpenView = View.Initial, Settled = SequenceNumber.Genesis, Statements = [] }),
            2 => Only(it with { OpenView = new View(CanonicalReader.NumberMax), Settled = new SequenceNumber(CanonicalReader.NumberMax) }),
            3 => Only(it with { Statements = Said(signer => signer == to) }), // True ones, which it has not forgotten.
            4 => Only(it with { Statements = Said(signer => signer != to) }),
            _ => Both(it with { Nonce = ~it.Nonce }, it with { Status = it.Status with { Rejoining = true } }),
        };
    }

    private ImmutableArray<Signed> Said(Func<ReplicaId, bool> by) =>
        [.. Enumerable.Range(0, LookedAt).Select(_ => Statement(Kit.Overheard.Pick(Kit.Random))).OfType<Signed>().Where(signed => by(signed.Signer)).Take(RecalledMessage.StatementsMax)];

    private static Signed? Statement(PeerMessage? message) => message switch
    {
        StatementMessage it => it.Signed,
        ProposalMessage it => it.PrePrepare,
        _ => null,
    };
}
