using KvStore.Protocol;
using KvStore.Replication.Driving;

namespace KvStore.Replication.Tests;

public class SettledVotesTests
{
    private static readonly Digest _batch = Digest.Of("batch"u8);
    private static readonly Digest _other = Digest.Of("other"u8);

    private readonly SettledVotes _settled = new();

    [Fact]
    public void A_vote_for_what_is_certified_is_settled()
    {
        Assert.False(Settles(new Prepare(new View(1), new SequenceNumber(7), _batch)));
        _settled.OnPrepared(new Prepare(new View(1), new SequenceNumber(7), _batch));
        Assert.True(Settles(new Prepare(new View(1), new SequenceNumber(7), _batch)));
        Assert.False(Settles(new Commit(new View(1), new SequenceNumber(7), _batch)));
        _settled.OnCommitted(new Commit(new View(1), new SequenceNumber(7), _batch));
        Assert.True(Settles(new Commit(new View(1), new SequenceNumber(7), _batch)));
    }

    [Fact]
    public void One_for_another_batch_is_not_because_it_may_be_evidence()
    {
        _settled.OnPrepared(new Prepare(new View(1), new SequenceNumber(7), _batch));
        _settled.OnCommitted(new Commit(new View(1), new SequenceNumber(7), _batch));
        Assert.False(Settles(new Prepare(new View(1), new SequenceNumber(7), _other)));
        Assert.False(Settles(new Commit(new View(1), new SequenceNumber(7), _other)));
    }

    [Fact]
    public void A_certificate_of_one_view_says_nothing_of_the_Prepares_of_another()
    {
        _settled.OnPrepared(new Prepare(new View(1), new SequenceNumber(7), _batch));
        Assert.False(Settles(new Prepare(new View(2), new SequenceNumber(7), _batch)));
    }

    [Fact]
    public void A_later_position_takes_the_place_of_one_that_is_long_past()
    {
        _settled.OnCommitted(new Commit(new View(1), new SequenceNumber(7), _batch));
        _settled.OnCommitted(new Commit(new View(1), new SequenceNumber(7 + 256), _batch));
        Assert.False(Settles(new Commit(new View(1), new SequenceNumber(7), _batch)));
        Assert.True(Settles(new Commit(new View(1), new SequenceNumber(7 + 256), _batch)));
    }

    [Fact]
    public void What_is_no_vote_is_never_settled() => Assert.False(_settled.Settles(new FetchRequestsMessage([_batch])));

    private bool Settles<TVote>(TVote vote)
        where TVote : OrderingVote => _settled.Settles(new StatementMessage(new Signed<TVote>(vote, new ReplicaId(3), default)));
}
