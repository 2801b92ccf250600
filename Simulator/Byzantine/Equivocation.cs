// adversary.md rows 1 and 6; the equivocating primary of every paper since PBFT (OSDI '99, section 4).
using System.Collections.Immutable;
using KvStore.Protocol;
using KvStore.Replication.Faults;

namespace KvStore.Simulator;

/// <summary>Proposes another batch to the other side, and votes there as it proposed there.</summary>
internal sealed class EquivocateBehaviour(LiarKit kit) : Behaviour(kit)
{
    private const int KeptMax = 256;

    private readonly SortedDictionary<SequenceNumber, (View View, Batch Other)> _others = [];

    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message) => message switch
    {
        ProposalMessage it when it.PrePrepare.Signer == Kit.Self && Other(it) is { } other && IsToldOther(to, it.PrePrepare.Statement) =>
            Only(new ProposalMessage(Kit.Sign(it.PrePrepare.Statement with { Batch = other.Digest }), other)),
        StatementMessage { Signed: Signed<Prepare> it } when it.Signer == Kit.Self && Known(it.Statement) is { } other && IsToldOther(to, it.Statement) =>
            Only(Kit.Say(it.Statement with { Batch = other.Digest })),
        StatementMessage { Signed: Signed<Commit> it } when it.Signer == Kit.Self && Known(it.Statement) is { } other && IsToldOther(to, it.Statement) =>
            Only(Kit.Say(it.Statement with { Batch = other.Digest })),
        _ => Only(message),
    };

    private bool IsToldOther(ReplicaId to, OrderingVote about) => Kit.IsOnOtherSide(to, about.Sequence.Number);

    private Batch? Known(OrderingVote about) => _others.TryGetValue(about.Sequence, out var known) && known.View == about.View ? known.Other : null;

    private Batch? Other(ProposalMessage proposal)
    {
        var about = proposal.PrePrepare.Statement;
        if (Known(about) is { } known) return known;
        if (!Kit.Dares()) return null;
        var other = Alter(proposal.Batch);
        _others[about.Sequence] = (about.View, other);
        if (_others.Count > KeptMax) _others.Remove(_others.Keys.First());
        return other;
    }

    private Batch Alter(Batch batch) => Kit.Random.Below(4) switch
    {
        0 => new Batch(batch.Time, [.. batch.Requests.Reverse()]),
        1 => new Batch(batch.Time, batch.Requests.IsEmpty ? [] : batch.Requests.RemoveAt(batch.Requests.Length - 1)),
        2 => new Batch(new Timestamp(batch.Time.UnixMilliseconds + 1), batch.Requests),
        _ => new Batch(batch.Time, []),
    };
}

/// <summary>Votes for something else on the other side, in the second or the third phase.</summary>
internal sealed class EquivocateInVotesBehaviour(LiarKit kit) : Behaviour(kit)
{
    private readonly bool _inCommits = kit.Random.Chance(5000);
    private readonly Digest _other = kit.AnyDigest();

    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message) => message switch
    {
        StatementMessage { Signed: Signed<Prepare> it } when !_inCommits && Lies(to, it.Signer, it.Statement) => Only(Kit.Say(it.Statement with { Batch = _other })),
        StatementMessage { Signed: Signed<Commit> it } when _inCommits && Lies(to, it.Signer, it.Statement) => Only(Kit.Say(it.Statement with { Batch = _other })),
        _ => Only(message),
    };

    private bool Lies(ReplicaId to, ReplicaId signer, OrderingVote vote) => signer == Kit.Self && Kit.IsOnOtherSide(to, vote.Sequence.Number);
}

/// <summary>Votes for everything that it has heard of at a position.</summary>
internal sealed class VoteTwiceBehaviour(LiarKit kit) : Behaviour(kit)
{
    private const int KeptMax = 256;

    private readonly SortedDictionary<SequenceNumber, ImmutableList<Digest>> _heard = [];

    public override PeerMessage? Hear(ReplicaId from, PeerMessage message)
    {
        if (message is ProposalMessage it) Note(it.PrePrepare.Statement);
        else if (message is StatementMessage { Signed.UntypedStatement: OrderingVote vote }) Note(vote);
        return message;
    }

    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message) => message switch
    {
        StatementMessage { Signed: Signed<Prepare> it } when it.Signer == Kit.Self && Kit.Dares() => Shuffled(message, Kit.Say(it.Statement with { Batch = Other(it.Statement) })),
        StatementMessage { Signed: Signed<Commit> it } when it.Signer == Kit.Self && Kit.Dares() => Shuffled(message, Kit.Say(it.Statement with { Batch = Other(it.Statement) })),
        _ => Only(message),
    };

    private IEnumerable<Said> Shuffled(PeerMessage one, PeerMessage other) => Kit.Random.Chance(5000) ? Both(one, other) : Both(other, one);

    private Digest Other(OrderingVote vote) =>
        _heard.TryGetValue(vote.Sequence, out var digests) && digests.Find(digest => digest != vote.Batch) is var other && other != default ? other : Kit.AnyDigest();

    private void Note(OrderingVote vote)
    {
        var digests = _heard.GetValueOrDefault(vote.Sequence, []);
        if (!digests.Contains(vote.Batch)) _heard[vote.Sequence] = digests.Add(vote.Batch);
        if (_heard.Count > KeptMax) _heard.Remove(_heard.Keys.First());
    }
}

/// <summary>Commits with its prepare, before anything is prepared.</summary>
internal sealed class CommitEarlyBehaviour(LiarKit kit) : Behaviour(kit)
{
    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message) => message switch
    {
        StatementMessage { Signed: Signed<Prepare> { Statement: var vote } it } when it.Signer == Kit.Self && Kit.Dares() =>
            Both(message, Kit.Say(new Commit(vote.View, vote.Sequence, vote.Batch))),
        _ => Only(message),
    };
}
