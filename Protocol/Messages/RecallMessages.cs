// docs/divergence.md, "A replica that was restored from an old copy".
using System.Collections.Immutable;

namespace KvStore.Protocol;

/// <summary>
/// What a replica's log says of what it has said. A log is complete up to some moment, so that what came before its present view came before that moment, too.
/// </summary>
/// <param name="View">The view that it is in, or has pledged to move to.</param>
/// <param name="OpenView">The last view that was open to it; the same, unless it has pledged to leave it.</param>
/// <param name="Stable">Its stable checkpoint: it votes for nothing up to there.</param>
/// <param name="Executed">The last position whose batch it can execute.</param>
/// <param name="Reserved">The position up to which it may have voted to prepare in the open view.</param>
/// <param name="Committed">The positions above the checkpoint where it voted to commit in the open view, ascending.</param>
public sealed record Recollection(
    View View, View OpenView, SequenceNumber Stable, SequenceNumber Executed, SequenceNumber Reserved, ImmutableArray<SequenceNumber> Committed)
{
    /// <summary>Whether the log knows of this statement, or nothing that may be said from now on can contradict it.</summary>
    public bool Covers(Statement statement) => statement switch
    {
        OrderingVote it => CoversVote(it),
        Checkpoint it => it.Sequence <= Executed,
        ViewChange it => it.View <= View,
        NewView it => it.View <= OpenView,
        _ => true,
    };

    private bool CoversVote(OrderingVote vote)
    {
        if (vote.Sequence <= Stable || vote.View < View) return true;
        return vote.View == OpenView && (vote is Commit ? Committed.BinarySearch(vote.Sequence) >= 0 : vote.Sequence <= Reserved);
    }
}

/// <summary>I have just started: what do you hold that I have said, and my log does not know?</summary>
/// <param name="Nonce">The sender's number of this run; the answer repeats it.</param>
/// <param name="Known">What its log knows; null when it has lost its disk, and wants to know only where the others stand.</param>
public sealed record RecallMessage(ulong Nonce, Recollection? Known) : PeerMessage
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.Recall;
}

/// <summary>The answer to a <see cref="RecallMessage"/>.</summary>
/// <param name="Nonce">The number that the question had.</param>
/// <param name="OpenView">The last view that was open to the sender: votes of earlier ones it has forgotten.</param>
/// <param name="Settled">The position up to which it may have forgotten votes.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Statements">Statements of the one who asked that its log does not know: one is proof enough, a few may be there.</param>
public sealed record RecalledMessage(ulong Nonce, View OpenView, SequenceNumber Settled, StatusMessage Status, ImmutableArray<Signed> Statements) : PeerMessage
{
    /// <summary>Statements in one answer, at most.</summary>
    public const int StatementsMax = 4;

    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.Recalled;
}
