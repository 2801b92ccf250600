using KvStore.Protocol;

namespace KvStore.Replication.Driving;

/// <summary>
/// Which votes tell a replica nothing new, because it holds the certificate that they would be a part of. They are dropped before their signatures are checked;
/// one for anything else than what was decided is not, because it may be evidence. The replica's thread notes, any thread asks.
/// </summary>
internal sealed class SettledVotes
{
    // More than a pipeline is deep: votes that come later than that are few.
    private const int Places = 256;

    private readonly OrderingVote?[] _prepared = new OrderingVote?[Places];
    private readonly OrderingVote?[] _committed = new OrderingVote?[Places];

    public void OnPrepared(OrderingVote vote) => Volatile.Write(ref _prepared[Place(vote)], vote);

    public void OnCommitted(OrderingVote vote) => Volatile.Write(ref _committed[Place(vote)], vote);

    /// <summary>Whether a message is a vote, signed well or not, for what is settled.</summary>
    public bool Settles(PeerMessage message)
    {
        if (message is not StatementMessage { Signed.UntypedStatement: OrderingVote vote }) return false;
        if (IsFor(vote, Volatile.Read(ref _committed[Place(vote)]))) return true;
        return vote is Prepare && Volatile.Read(ref _prepared[Place(vote)]) is { } prepared && IsFor(vote, prepared) && prepared.View == vote.View;
    }

    private static bool IsFor(OrderingVote vote, OrderingVote? settled) => settled is not null && settled.Sequence == vote.Sequence && settled.Batch == vote.Batch;

    private static int Place(OrderingVote vote) => (int)(vote.Sequence.Number % Places);
}
