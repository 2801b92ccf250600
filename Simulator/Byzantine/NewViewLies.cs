// adversary.md rows 4 and 5: NewViews that do not follow from their ViewChanges, and several that do.
using System.Collections.Immutable;
using KvStore.Consensus.ViewChanging;
using KvStore.Protocol;
using KvStore.Replication.Faults;

namespace KvStore.Simulator;

/// <summary>A primary whose NewViews do not carry over what was prepared before. Signed with its own key, so that only the justification is wrong.</summary>
internal sealed class NewViewForger(LiarKit kit, Lie forgery) : Behaviour(kit)
{
    /// <summary>How many NewViews were forged: those that had something to hide.</summary>
    public int Forged { get; private set; }

    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message)
    {
        if (message is not StatementMessage { Signed: Signed<NewView> it } || it.Signer != Kit.Self) return Only(message);
        var carried = Forge(it.Statement.Carried);
        if (carried.SequenceEqual(it.Statement.Carried)) return Only(message);
        Forged++;
        return Only(Kit.Say(it.Statement with { Carried = carried }));
    }

    private ImmutableArray<CarriedBatch> Forge(ImmutableArray<CarriedBatch> honest) => forgery switch
    {
        Lie.OmitInNewView => [],
        Lie.BlankInNewView => [.. honest.Select(each => each with { Batch = Batch.Null.Digest })],
        Lie.ReorderInNewView => [.. honest.Select((each, index) => each with { Batch = honest[honest.Length - 1 - index].Batch })],
        _ => honest.Add(new CarriedBatch(honest.IsEmpty ? Kit.Executed.Next : honest[^1].Sequence.Next, Kit.AnyDigest())),
    };
}

/// <summary>
/// Shows different replicas NewViews that rest on different quorums of ViewChanges. Each follows from its own, so each receiver must take it; the liar's
/// own ViewChange in them knows of nothing.
/// </summary>
internal sealed class SplitNewViewBehaviour(LiarKit kit) : Behaviour(kit)
{
    private readonly SortedDictionary<ReplicaId, Signed<ViewChange>> _heard = [];

    public override PeerMessage? Hear(ReplicaId from, PeerMessage message)
    {
        if (message is StatementMessage { Signed: Signed<ViewChange> it } && IsLater(it)) _heard[it.Signer] = it;
        return message;
    }

    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message)
    {
        if (message is not StatementMessage { Signed: Signed<NewView> it } || it.Signer != Kit.Self) return Only(message);
        var view = it.Statement.View;
        if (!Kit.IsOnOtherSide(to, view.Number)) return Only(message);
        var others = _heard.Values.Where(each => each.Statement.View == view && each.Signer != Kit.Self).Reverse();
        ImmutableArray<Signed<ViewChange>> chosen = [.. others.Prepend(Kit.Sign(new ViewChange(view, null, []))).Take(Kit.Group.Quorum).OrderBy(each => each.Signer)];
        var carried = NewViewSelection.Select([.. chosen.Select(each => each.Statement)]);
        return Only(Kit.Say(new NewView(view, chosen, carried)));
    }

    private bool IsLater(Signed<ViewChange> viewChange) => !_heard.TryGetValue(viewChange.Signer, out var known) || known.Statement.View < viewChange.Statement.View;
}
