// docs/divergence.md, "A Prepare rests on a reservation". adversary.md row 38.
using KvStore.Consensus.Tests.Harness;
using KvStore.Protocol;

namespace KvStore.Consensus.Tests;

public class ReservationTests
{
    [Fact]
    public void A_replica_that_comes_back_is_silent_where_it_may_have_voted_for_what_it_forgot()
    {
        var group = VotedToPrepare();
        RestartWithout<ProposalRecord>(group[3]);
        group.Heal();
        group[3].Effects.Clear();
        group.TickUntil(() => group.Replicas.All(replica => replica.Replica.Executed.Number == 1), 200);
        Assert.Empty(group[3].Said<Prepare>());
        Assert.Empty(group[3].Said<Commit>());
    }

    [Fact]
    public void It_votes_again_above_what_it_reserved()
    {
        var group = VotedToPrepare();
        RestartWithout<ProposalRecord>(group[3]);
        group.Heal();
        group.TickUntil(() => group[3].Replica.Executed.Number == 1, 100);
        group[3].Effects.Clear();
        group.Order(40, "after");
        Assert.Equal(41UL, group[3].Replica.Executed.Number);
        Assert.Equal([.. Enumerable.Range(34, 8).Select(number => (ulong)number)], group[3].Said<Prepare>().Select(vote => vote.Sequence.Number));
    }

    [Fact]
    public void A_primary_that_comes_back_leaves_the_view_in_which_it_may_have_proposed_what_it_forgot()
    {
        var group = VotedToPrepare();
        RestartWithout<ProposalRecord>(group[0]);
        group.Heal();
        group.Submit("b");
        group.TickUntil(() => group.Replicas.All(replica => replica.Replica.View.Number == 1 && replica.State.Requests.Count == 2), 20); // A time-out is 40.
    }

    [Fact]
    public void After_a_stop_in_good_order_nothing_was_forgotten()
    {
        var group = new TestGroup();
        group.Order(2);
        group[3].Round(new Retire());
        group[3].Stop();
        group[3].Restart(StartMode.Restart);
        group.DeliverAll();
        group[3].Effects.Clear();
        group.Order(1, "after");
        Assert.Equal([3UL], group[3].Said<Prepare>().Select(vote => vote.Sequence.Number));
    }

    [Fact]
    public void What_a_compacted_log_says_of_it_is_the_same()
    {
        var group = new TestGroup();
        group.Order(9); // The checkpoint at 8 is stable.
        Assert.Single(group[3].Log.OfType<ReservedRecord>(), record => record.UpTo.Number == 33);
    }

    // All three correct replicas lost power before anything was flushed, and r0 alone kept the certificate, and keeps the bodies to itself.
    [Fact]
    public void A_batch_that_only_a_liar_has_does_not_keep_views_from_opening()
    {
        var group = new TestGroup();
        group.Drop(envelope => envelope.Name == "commit" || (envelope.Name == "prepare" && envelope.To.Index != 0));
        group.Submit("lost");
        group.DeliverAll();
        foreach (var replica in group.Replicas.Skip(1)) RestartWithout<ProposalRecord>(replica);
        group.Heal();
        var kept = false;
        group.Drop(envelope => envelope.From.Index == 0 && envelope.Name is not ("viewchange" or "status"));
        group.Drop(envelope => kept && envelope.From.Index == 3 && envelope.Name == "viewchange");
        kept = true;
        group.Submit("b", 1, 2, 3);
        group.TickUntil(() => !group[3].Replica.Active, 100);
        group.Tick(); // The liar's ViewChange makes a quorum, and the last correct one's comes with its next status.
        kept = false;
        group.TickUntil(() => group.Replicas.Skip(1).All(replica => replica.State.Requests.Contains(group.Request("b").Digest)), 100);
        Assert.All(group.Replicas.Skip(1), replica => Assert.Equal(1UL, replica.Replica.View.Number));
        Assert.DoesNotContain(group.Request("lost").Digest, group[1].State.Requests);
    }

    // Nobody has seen more of the first batch than its proposal.
    private static TestGroup VotedToPrepare()
    {
        var group = new TestGroup();
        group.Drop(envelope => envelope.Name is "prepare" or "commit");
        group.Submit("a");
        group.DeliverAll();
        return group;
    }

    private static void RestartWithout<TRecord>(ReplicaHarness replica)
        where TRecord : LogRecord
    {
        replica.Stop();
        replica.Log.RemoveAll(record => record is TRecord or PreparedRecord or CommittedRecord);
        replica.Restart(StartMode.Restart);
    }
}
