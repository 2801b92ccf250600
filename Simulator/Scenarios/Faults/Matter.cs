using KvStore.Protocol;

namespace KvStore.Simulator.Scenarios;

/// <summary>What a trigger was about: a failure alters what the replica says of that, where it says anything of it that the failure is about.</summary>
internal abstract record Matter
{
    /// <summary>What can be said of it.</summary>
    public abstract Speech Covers { get; }

    /// <summary>Whether a message of one of these kinds is about it.</summary>
    public abstract bool IsSubjectOf(ReplicaId to, PeerMessage said, BatchBook batches);
}

/// <summary>A client's request, as long as the view lasts in which it came.</summary>
internal sealed record RequestMatter(View View, Digest Request, ClusterId Cluster) : Matter
{
    public override Speech Covers => Speech.Ordering;

    public override bool IsSubjectOf(ReplicaId to, PeerMessage said, BatchBook batches) => said switch
    {
        RequestsMessage it => it.Requests.Any(request => request.DigestFor(Cluster) == Request),
        ProposalMessage it => it.PrePrepare.Statement.View == View && it.Batch.Requests.Contains(Request),
        StatementMessage { Signed.UntypedStatement: OrderingVote it } => it.View == View && batches.Names(it.Batch, Request),
        StatementMessage { Signed.UntypedStatement: Executed it } => batches.Names(it.Batch, Request),
        _ => false,
    };
}

/// <summary>The change to a view.</summary>
internal sealed record ViewMatter(View View) : Matter
{
    public override Speech Covers => Speech.ViewChange | Speech.NewView;

    public override bool IsSubjectOf(ReplicaId to, PeerMessage said, BatchBook batches) => said switch
    {
        StatementMessage { Signed.UntypedStatement: ViewChange it } => it.View == View,
        StatementMessage { Signed.UntypedStatement: NewView it } => it.View == View,
        _ => false,
    };
}

/// <summary>A checkpoint.</summary>
internal sealed record CheckpointMatter(SequenceNumber Sequence) : Matter
{
    public override Speech Covers => Speech.Checkpoint | Speech.Stable;

    public override bool IsSubjectOf(ReplicaId to, PeerMessage said, BatchBook batches) => said switch
    {
        StatementMessage { Signed.UntypedStatement: Checkpoint it } => it.Sequence == Sequence,
        StableMessage it => it.Certificate.Vote.Sequence == Sequence,
        _ => false,
    };
}

/// <summary>The state at a checkpoint, that somebody asked for.</summary>
internal sealed record StateMatter(SequenceNumber Checkpoint, ReplicaId Asker) : Matter
{
    public override Speech Covers => Speech.Chunk;

    public override bool IsSubjectOf(ReplicaId to, PeerMessage said, BatchBook batches) => to == Asker && said is ChunkMessage it && it.Checkpoint == Checkpoint;
}

/// <summary>A committed batch that the replica had missed.</summary>
internal sealed record BatchMatter(Digest Batch) : Matter
{
    public override Speech Covers => Speech.Executed;

    public override bool IsSubjectOf(ReplicaId to, PeerMessage said, BatchBook batches) =>
        said is StatementMessage { Signed.UntypedStatement: Executed it } && it.Batch == Batch;
}
