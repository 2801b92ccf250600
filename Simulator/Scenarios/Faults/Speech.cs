using KvStore.Protocol;

namespace KvStore.Simulator.Scenarios;

/// <summary>What a replica says, as scripted failures tell it apart. Questions, where it stands, and what others have signed are not among it.</summary>
[Flags]
internal enum Speech
{
    None = 0,
    Requests = 1,
    Proposal = 2,
    Prepare = 4,
    Commit = 8,
    Executed = 16,
    Checkpoint = 32,
    Stable = 64,
    ViewChange = 128,
    NewView = 256,
    Chunk = 512,
    Votes = Prepare | Commit,
    ThreePhase = Proposal | Votes,
    Ordering = Requests | ThreePhase | Executed,
}

/// <summary>A message that a replica says: what it is, and which of its kind. The same to all receivers is one.</summary>
internal readonly record struct SpokenKey(Speech Speech, View View, SequenceNumber Sequence)
{
    /// <summary>What a message of a replica is.</summary>
    public static SpokenKey Of(ReplicaId self, PeerMessage message) => message switch
    {
        RequestsMessage => new SpokenKey(Speech.Requests, default, default),
        ProposalMessage { PrePrepare: var it } when it.Signer == self => new SpokenKey(Speech.Proposal, it.Statement.View, it.Statement.Sequence),
        StableMessage it => new SpokenKey(Speech.Stable, default, it.Certificate.Vote.Sequence),
        ChunkMessage it => new SpokenKey(Speech.Chunk, default, it.Checkpoint),
        StatementMessage it when it.Signed.Signer == self => OfStatement(it.Signed.UntypedStatement),
        _ => default,
    };

    private static SpokenKey OfStatement(Statement statement) => statement switch
    {
        Prepare it => new SpokenKey(Speech.Prepare, it.View, it.Sequence),
        Commit it => new SpokenKey(Speech.Commit, it.View, it.Sequence),
        Executed it => new SpokenKey(Speech.Executed, default, it.Sequence),
        Checkpoint it => new SpokenKey(Speech.Checkpoint, default, it.Sequence),
        ViewChange it => new SpokenKey(Speech.ViewChange, it.View, default),
        NewView it => new SpokenKey(Speech.NewView, it.View, default),
        _ => default,
    };
}
