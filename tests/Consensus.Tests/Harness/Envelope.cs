using KvStore.Protocol;

namespace KvStore.Consensus.Tests.Harness;

/// <summary>A message on its way.</summary>
internal sealed record Envelope(ReplicaId From, ReplicaId To, PeerMessage Message)
{
    /// <summary>The signed statement that it carries, if it does.</summary>
    public Statement? Statement => Message switch
    {
        StatementMessage it => it.Signed.UntypedStatement,
        ProposalMessage it => it.PrePrepare.Statement,
        _ => null,
    };

    /// <summary>The paper's name of the message, lower case.</summary>
    public string Name => Message switch
    {
        StatementMessage or ProposalMessage => Statement!.Kind.ToString().ToLowerInvariant(),
        _ => Message.Kind.ToString().ToLowerInvariant(),
    };

    /// <summary>The position that it is about, if it is about one.</summary>
    public SequenceNumber? Sequence => Statement switch
    {
        OrderingVote it => it.Sequence,
        Checkpoint it => it.Sequence,
        _ => null,
    };
}
