// adversary.md rows 3, 5, 14 and 32.
using System.Collections.Immutable;
using KvStore.Protocol;
using KvStore.Replication.Faults;

namespace KvStore.Simulator;

/// <summary>ViewChanges that are well formed, and show less than the liar knows, or what was so once. Different ones for different replicas.</summary>
internal sealed class StaleViewChangeBehaviour(LiarKit kit) : Behaviour(kit)
{
    private const int KeptMax = 8;

    private readonly List<ViewChange> _earlier = [];
    private readonly bool _differs = kit.Random.Chance(5000);
    private readonly int _kind = kit.Random.Below(4);

    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message)
    {
        if (message is not StatementMessage { Signed: Signed<ViewChange> it } || it.Signer != Kit.Self) return Only(message);
        Keep(it.Statement);
        if (_differs && !Kit.IsOnOtherSide(to, it.Statement.View.Number)) return Only(message);
        return Only(Kit.Say(Poorer(it.Statement)));
    }

    private ViewChange Poorer(ViewChange honest) => _kind switch
    {
        0 => honest with { Stable = null, Prepared = [] },
        1 => honest with { Prepared = [] },
        2 => honest with { Prepared = [.. honest.Prepared.Where((_, index) => index % 2 == 0)] },
        _ => _earlier[0] with { View = honest.View },
    };

    private void Keep(ViewChange honest)
    {
        _earlier.Add(honest);
        if (_earlier.Count > KeptMax) _earlier.RemoveAt(0);
    }
}

/// <summary>ViewChanges for views far ahead, also when there is no cause to leave the present one.</summary>
internal sealed class InflatedViewChangeBehaviour(LiarKit kit) : Behaviour(kit)
{
    private const int EveryChance = 500;

    private readonly ulong _ahead = kit.Random.Pick<ulong>([1, 2, 5, 1_000_000]);

    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message) => message switch
    {
        StatementMessage { Signed: Signed<ViewChange> it } when it.Signer == Kit.Self && Kit.Dares() => Only(Kit.Say(it.Statement with { View = Ahead(it.Statement.View) })),
        StatusMessage when Kit.Random.Chance(EveryChance) => Both(message, Kit.Say(new ViewChange(Ahead(Kit.View), null, []))),
        _ => Only(message),
    };

    private View Ahead(View view) => new(view.Number + _ahead);
}

/// <summary>ViewChanges whose certificates are none: of other votes, in later views, of too few.</summary>
internal sealed class ForgedViewChangeBehaviour(LiarKit kit) : Behaviour(kit)
{
    private readonly int _kind = kit.Random.Below(4);

    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message)
    {
        if (message is not StatementMessage { Signed: Signed<ViewChange> it } || it.Signer != Kit.Self || !Kit.Dares()) return Only(message);
        return Only(Kit.Say(it.Statement with { Prepared = Forge(it.Statement) }));
    }

    private ImmutableArray<OrderingCertificate> Forge(ViewChange honest)
    {
        if (honest.Prepared.IsEmpty) return [Invented(honest)];
        var (last, rest) = (honest.Prepared[^1], honest.Prepared.RemoveAt(honest.Prepared.Length - 1));
        var vote = new Prepare(last.Vote.View, last.Vote.Sequence, last.Vote.Batch);
        var forged = _kind switch
        {
            0 => LiarKit.Certificate(vote with { Batch = Kit.AnyDigest() }, last.Signatures),
            1 => LiarKit.Certificate(vote with { View = new View(honest.View.Number - 1) }, last.Signatures),
            2 => LiarKit.Certificate(vote, last.Signatures.RemoveAt(0)),
            _ => LiarKit.Certificate(vote with { Sequence = vote.Sequence.Next }, last.Signatures),
        };
        return rest.Add(new OrderingCertificate(forged));
    }

    private OrderingCertificate Invented(ViewChange honest) =>
        Kit.Invent(new Prepare(new View(honest.View.Number - 1), honest.StableSequence.Next, Kit.AnyDigest()));
}
