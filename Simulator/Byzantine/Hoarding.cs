// adversary.md row 4. What the highest view of a certificate is for: PBFT (TOCS 2002) section 4.4, the set O.
using KvStore.Protocol;
using KvStore.Replication.Faults;

namespace KvStore.Simulator;

/// <summary>
/// Makes certificates that nobody else holds. Its proposals reach just so many that their votes and its own are a quorum, and its own vote reaches nobody. When it
/// has one, it contradicts itself before all, so that they leave the view before they help each other. What it holds it hides in the next ViewChange and shows in the
/// one after, in place of what has been prepared at the same positions since. So that there is one soon, it says that it lost its disk and needs a later view; and so that
/// it counts, it is the first to send it.
/// </summary>
internal sealed class HoardBehaviour(LiarKit kit) : Behaviour(kit)
{
    private readonly SortedDictionary<SequenceNumber, OrderingCertificate> _hoard = [];
    private ViewChange? _hidden;
    private bool _wasShown;
    private (View View, StatementMessage Said)? _last;

    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message) => message switch
    {
        ProposalMessage it when it.PrePrepare.Signer == Kit.Self => IsToldOf(to, it.PrePrepare.Statement) ? Only(message) : [],
        StatementMessage { Signed: Signed<Prepare> it } when it.Signer == Kit.Self && Kit.IsPrimary => [],
        StatementMessage { Signed: Signed<Commit> it } when it.Signer == Kit.Self && Kit.IsPrimary => Both(Other(it.Statement), Other(it.Statement)),
        StatementMessage { Signed: Signed<ViewChange> it } when it.Signer == Kit.Self => Only(Once(it.Statement)),
        StatusMessage it when _hidden is { } hidden && Kit.View == hidden.View && _hoard.Count > 0 && Kit.Executed >= _hoard.Keys.First() =>
            Both(Once(hidden with { View = hidden.View.Next }), it with { Rejoining = true, Active = false }),
        _ => Only(message),
    };

    private StatementMessage Other(Commit vote) => Kit.Say(vote with { Batch = Kit.AnyDigest() });

    // All but one of those that make a quorum with it, counted on from its own place.
    private bool IsToldOf(ReplicaId to, PrePrepare proposal)
    {
        var place = (to.Index - Kit.Self.Index + Kit.Group.Replicas) % Kit.Group.Replicas;
        return proposal.Sequence.Number % 2 == 0 ? place < Kit.Group.Quorum : Kit.Group.Replicas - place < Kit.Group.Quorum;
    }

    // The same to everybody, or a quorum would hardly take it.
    private StatementMessage Once(ViewChange honest)
    {
        if (_last is { } last && last.View == honest.View) return last.Said;
        var said = Kit.Say(_hidden is null || _wasShown ? Hide(honest) : Show(honest));
        _last = (honest.View, said);
        return said;
    }

    private ViewChange Hide(ViewChange honest)
    {
        _hoard.Clear();
        foreach (var certificate in honest.Prepared) _hoard[certificate.Vote.Sequence] = certificate;
        (_hidden, _wasShown) = (honest, false);
        return honest with { Prepared = [] };
    }

    private ViewChange Show(ViewChange honest)
    {
        var shown = new SortedDictionary<SequenceNumber, OrderingCertificate>(honest.Prepared.ToDictionary(certificate => certificate.Vote.Sequence));
        foreach (var (sequence, certificate) in _hoard.Where(each => each.Key > honest.StableSequence && each.Key <= honest.StableSequence.Plus((ulong)Kit.Config.Window))) shown[sequence] = certificate;
        _wasShown = true;
        return honest with { Prepared = [.. shown.Values] };
    }
}
