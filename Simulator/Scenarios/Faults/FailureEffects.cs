using KvStore.Protocol;
using KvStore.Replication.Faults;

namespace KvStore.Simulator.Scenarios;

/// <summary>What each failure makes of a message that it is about.</summary>
internal sealed class FailureEffects(LiarKit kit, RequestBook requests, BatchBook batches)
{
    private readonly OrderAlterations _order = new(kit, requests, batches);
    private readonly StateAlterations _state = new(kit);

    /// <summary>What a failure is about.</summary>
    public static Speech SubjectsOf(FailureKind kind) => kind switch
    {
        FailureKind.ChangeOperation => Speech.Requests | Speech.ThreePhase | Speech.ViewChange | Speech.NewView,
        FailureKind.ChangeResult or FailureKind.DropResultStatement or FailureKind.InvalidResultSignature or FailureKind.FaultyReply => Speech.Executed,
        FailureKind.InvalidOrderSignature or FailureKind.DelaysPrePrepare or FailureKind.DuplicateThreePhase or FailureKind.WrongDigest or FailureKind.PartialSend => Speech.ThreePhase,
        FailureKind.TruncateHistory => Speech.ViewChange | Speech.NewView | Speech.Chunk,
        FailureKind.IncrementSlot => Speech.ThreePhase | Speech.Checkpoint,
        FailureKind.ExtraOperation => Speech.Proposal | Speech.Executed | Speech.Checkpoint | Speech.ViewChange | Speech.NewView | Speech.Chunk,
        FailureKind.DropCheckpointStatements => Speech.Checkpoint | Speech.Stable,
        FailureKind.Falsify or FailureKind.Vary => Speech.ThreePhase | Speech.Executed,
        FailureKind.Drop or FailureKind.OmitSend => ~Speech.None,
        _ => Speech.None,
    };

    /// <summary>What is said in place of a message: itself alone when there is nothing to change about it.</summary>
    public IReadOnlyList<Said> Apply(ScriptedFailure failure, Digest? request, ReplicaId to, PeerMessage said) => failure.Kind switch
    {
        FailureKind.DelaysPrePrepare => [new Said(said, Milliseconds(failure.Argument))],
        FailureKind.PartialSend => PlaceOf(to) <= failure.Argument ? [new Said(said)] : [],
        FailureKind.Vary when to.Index % 2 == 0 => [new Said(said)],
        _ => [.. Alter(failure, request, said).Select(each => new Said(each))],
    };

    /// <summary>A checkpoint's certificate that is some votes short; null when too few votes are known.</summary>
    public StableMessage? ShortCertificate(IEnumerable<Signed<Checkpoint>> votes)
    {
        var agreed = votes.GroupBy(vote => vote.Statement).FirstOrDefault(same => same.Count() >= kit.Group.Quorum);
        return agreed is null ? null : _state.Short(agreed.Key, agreed.Take(kit.Group.Quorum).Select(vote => new VoteSignature(vote.Signer, vote.Signature)));
    }

    /// <summary>Seconds with a fraction, in milliseconds.</summary>
    public static long Milliseconds(decimal seconds) => (long)(seconds * 1000);

    private IReadOnlyList<PeerMessage> Alter(ScriptedFailure failure, Digest? request, PeerMessage said) => failure.Kind switch
    {
        FailureKind.ChangeOperation when said is StatementMessage { Signed.UntypedStatement: ViewChange or NewView } => [_state.ChangeHistory(said)],
        FailureKind.ChangeOperation => _order.ChangeOperation(said, request),
        FailureKind.ChangeResult or FailureKind.FaultyReply => [_state.ChangeResult(said)],
        FailureKind.InvalidOrderSignature or FailureKind.InvalidResultSignature => [Spoil(said)],
        FailureKind.TruncateHistory => [_state.Truncate(said, (int)failure.Argument)],
        FailureKind.IncrementSlot => _order.IncrementSlot(said),
        FailureKind.ExtraOperation when said is ProposalMessage it => _order.AddOperations(it, (int)failure.Argument),
        FailureKind.ExtraOperation => [_state.AddOperations(said, (int)failure.Argument)],
        FailureKind.DropCheckpointStatements => _state.DropVotes(said),
        FailureKind.DropResultStatement or FailureKind.Drop or FailureKind.OmitSend => [],
        FailureKind.Falsify or FailureKind.Vary when said is StatementMessage { Signed.UntypedStatement: Executed } => [_state.ChangeResult(said)],
        FailureKind.Falsify or FailureKind.Vary => _order.Falsify(said),
        FailureKind.WrongDigest => _order.WrongDigest(said),
        FailureKind.DuplicateThreePhase => [.. Enumerable.Repeat(said, (int)failure.Argument)],
        _ => [said],
    };

    private static PeerMessage Spoil(PeerMessage said) => said switch
    {
        ProposalMessage it => it with { PrePrepare = OrderAlterations.Spoil(it.PrePrepare) },
        StatementMessage { Signed: Signed<Prepare> it } => new StatementMessage(OrderAlterations.Spoil(it)),
        StatementMessage { Signed: Signed<Commit> it } => new StatementMessage(OrderAlterations.Spoil(it)),
        StatementMessage { Signed: Signed<Executed> it } => new StatementMessage(OrderAlterations.Spoil(it)),
        _ => said,
    };

    // The others, counted from the replica's own place.
    private int PlaceOf(ReplicaId to) => (to.Index - kit.Self.Index + kit.Group.Replicas) % kit.Group.Replicas;
}
