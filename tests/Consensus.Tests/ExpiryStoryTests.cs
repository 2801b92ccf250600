// Stories of keys that expire while no client asks for anything. docs/divergence.md, "A primary owes a batch when a key expires". A tick is 10 ms, the skew
// that is allowed 5 s, the time-out 40 ticks.
using KvStore.Consensus.Tests.Harness;
using KvStore.Protocol;

namespace KvStore.Consensus.Tests;

public class ExpiryStoryTests
{
    private const int Second = 100;
    private const int Skew = 5 * Second;
    private const int Timeout = 40;

    [Fact]
    public void An_idle_group_lets_a_key_expire_with_one_empty_batch_and_then_rests()
    {
        var group = new TestGroup();
        group.PutFor("a", seconds: 3);
        group.Tick(3 * Second - 1);
        Assert.All(group.Replicas, replica => Assert.Equal(1UL, replica.Replica.Executed.Number));
        group.Tick(1);
        Assert.All(group.Replicas, replica => Assert.Equal((2UL, 0), (replica.Replica.Executed.Number, replica.State.Expiries.Count)));
        group.Tick(20 * Second);
        Assert.All(group.Replicas, replica => Assert.Equal((2UL, View.Initial), (replica.Replica.Executed.Number, replica.Replica.View)));
    }

    [Fact]
    public void When_more_keys_are_due_than_a_batch_lets_expire_there_are_as_many_batches_as_it_takes()
    {
        var group = new TestGroup();
        for (var i = 0; i < 7; i++) group.PutFor($"k{i}", seconds: 1);
        group.Tick(2 * Second);
        Assert.All(group.Replicas, replica => Assert.Equal((7 + 4UL, 0, View.Initial), (replica.Replica.Executed.Number, replica.State.Expiries.Count, replica.Replica.View)));
    }

    // A backup that only looked whether the first expiry had changed would take a primary for idle that lets a million keys of one moment expire.
    [Fact]
    public void A_primary_that_is_long_at_it_is_not_suspected()
    {
        var group = new TestGroup();
        const int batches = Skew + 4 * Timeout; // One a tick: a backup that counts from the key's time only would have left by then.
        for (var i = 0; i < 2 * batches; i++) group.SubmitFor($"k{i}", seconds: 1);
        group.DeliverAll();
        group.Tick(Second + batches + 100);
        Assert.All(group.Replicas, replica => Assert.Equal((0, View.Initial), (replica.State.Expiries.Count, replica.Replica.View)));
    }

    [Fact]
    public void A_batch_that_a_client_wants_lets_keys_expire_as_well()
    {
        var group = new TestGroup();
        group.PutFor("a", seconds: 1);
        group.Hold(envelope => envelope.Name == "prepare");
        group.Tick(Second - 2);
        group.Submit("b");
        group.Tick(5); // It is due now, and the client's batch was dated before that and is still under way.
        Assert.All(group.Replicas, replica => Assert.Equal(1UL, replica.Replica.Executed.Number));
        group.Heal();
        group.DeliverAll();
        group.Tick(5);
        Assert.All(group.Replicas, replica => Assert.Equal((3UL, 0), (replica.Replica.Executed.Number, replica.State.Expiries.Count)));
    }

    [Fact]
    public void A_primary_that_lets_nothing_expire_is_replaced_when_the_skew_and_the_time_out_have_passed()
    {
        var group = new TestGroup();
        group.PutFor("a", seconds: 1);
        group[0].Stop();
        group.Tick(Second + Skew + Timeout - 1);
        Assert.All(group.Running, replica => Assert.Equal((View.Initial, true), (replica.Replica.View, replica.Replica.Active)));
        group.Tick(10);
        Assert.All(group.Running, replica => Assert.Equal((1UL, true, 0), (replica.Replica.View.Number, replica.Replica.Active, replica.State.Expiries.Count)));
    }

    [Fact]
    public void Empty_batches_dated_before_the_key_is_due_do_not_keep_a_primary_in_office()
    {
        var group = new TestGroup();
        group.PutFor("a", seconds: 1);
        var due = group[1].State.NextExpiry!.Value;
        group[0].Stop();
        var sequence = 2UL;
        for (var tick = 0; tick < Second + Skew + Timeout + 10; tick++)
        {
            group.Tick();
            if (tick % 10 != 0 || group.Running.Any(replica => !replica.Replica.Active)) continue;
            var batch = new Batch(new Timestamp(due.UnixMilliseconds - 1), []);
            group.Inject(0, NormalCaseTests.Proposal(0, sequence, batch), 1, 2, 3);
            foreach (var index in (int[])[1, 2, 3])
            {
                group.Inject(0, new StatementMessage(TestGroup.Sign(0, new Prepare(View.Initial, new SequenceNumber(sequence), batch.Digest))), index);
                group.Inject(0, new StatementMessage(TestGroup.Sign(0, new Commit(View.Initial, new SequenceNumber(sequence), batch.Digest))), index);
            }

            group.DeliverAll();
            if (group[1].Replica.Executed.Number == sequence) sequence++;
        }

        Assert.True(sequence > 10);
        Assert.Contains(group.Running, replica => replica.Rejections(RejectionKind.BadTime) > 0);
        group.TickUntil(() => group.Running.All(replica => replica.Replica.View.Number == 1 && replica.State.Expiries.IsEmpty), 100);
    }

    // Were every expiry taken for progress, a primary could leave a client waiting for as long as others put keys that expire.
    [Fact]
    public void A_primary_that_only_lets_keys_expire_and_serves_nobody_is_replaced()
    {
        var group = new TestGroup();
        for (var i = 0; i < 4 * Timeout; i++) group.PutFor($"k{i}", seconds: 1);
        group.Drop(envelope => envelope.Name == "requests" && envelope.To.Index == 0);
        group.Tick(Second - 1);
        group.Submit("waiting", 1, 2, 3);
        group.Tick(Timeout + 20);
        Assert.All(group.Replicas, replica => Assert.Equal(1UL, replica.Replica.View.Number));
        Assert.All(group.Replicas.Skip(1), replica => Assert.Contains(group.Request("waiting").Digest, replica.State.Requests));
    }

    // An idle group that only lets keys expire would else double its time-out with every faulty primary, and for good.
    [Fact]
    public void An_expiry_ends_the_series_of_view_changes()
    {
        var group = new TestGroup();
        const int rounds = 6;
        for (var round = 1; round <= rounds; round++) group.PutFor($"k{round}", seconds: 20 * round);
        for (var round = 1; round <= rounds; round++)
        {
            var due = group[1].State.NextExpiry!.Value;
            var primary = group[1].Replica.Primary.Index;
            group[primary].Stop();
            group.TickUntil(() => group.Now >= due);
            group.TickUntil(() => group.Running.All(replica => replica.State.Expiries.Count == rounds - round), Skew + Timeout + 10);
            group[primary].Restart(StartMode.Restart);
            group.TickUntil(() => group.Replicas.All(replica => replica.Replica.Active && replica.State.Expiries.Count == rounds - round), 300);
        }
    }

    [Theory]
    [InlineData(-4900)]
    [InlineData(4900)]
    public void Clocks_that_differ_within_the_skew_make_nobody_suspect_anybody(int primaryOffset)
    {
        var group = new TestGroup();
        group[0].ClockOffset = primaryOffset;
        for (var i = 0; i < 5; i++)
        {
            group.PutFor($"k{i}", seconds: 2);
            group.Tick(300);
        }

        group.Tick(20 * Second);
        Assert.All(group.Replicas, replica => Assert.Equal((0, View.Initial, true), (replica.State.Expiries.Count, replica.Replica.View, replica.Replica.Active)));
    }

    // Such a clock makes its replica one of the faulty. Were it to propose, the others would refuse its time: they do not follow, and do not wait for it.
    [Fact]
    public void A_replica_whose_clock_is_far_ahead_leaves_alone_and_the_group_goes_on_without_it()
    {
        var group = new TestGroup();
        group[3].ClockOffset = 60_000;
        group.PutFor("a", seconds: 20);
        group.Tick(3 * Second);
        Assert.False(group[3].Replica.Active);
        group.Tick(18 * Second);
        Assert.All(group.Replicas.Take(3), replica => Assert.Equal((0, View.Initial, true), (replica.State.Expiries.Count, replica.Replica.View, replica.Replica.Active)));
    }

    [Fact]
    public void A_primary_whose_clock_is_far_ahead_is_replaced_when_a_key_is_due_for_the_others()
    {
        var group = new TestGroup();
        group.PutFor("a", seconds: 20);
        group[0].ClockOffset = 60_000;
        group.Tick(20 * Second);
        Assert.All(group.Replicas.Skip(1), replica => Assert.Equal((1UL, View.Initial), (replica.Replica.Executed.Number, replica.Replica.View)));
        group.TickUntil(() => group.Replicas.All(replica => replica.State.Expiries.IsEmpty), Skew + Timeout + 20);
        Assert.All(group.Replicas.Skip(1), replica => Assert.Equal(1UL, replica.Replica.View.Number));
    }

    [Fact]
    public void A_view_change_while_the_key_is_due_loses_nothing_and_its_null_batches_count_for_nothing()
    {
        var group = new TestGroup();
        group.PutFor("a", seconds: 1);
        group.Hold(envelope => envelope.Name is "prepare" or "commit");
        group.Tick(Second + 10);
        Assert.All(group.Replicas, replica => Assert.Single(replica.State.Expiries)); // The empty batch is proposed, and goes no further.
        group[0].Stop();
        group.Heal();
        group.Drop(envelope => envelope.Name is "prepare" or "commit" && envelope.From.Index == 0);
        group.Submit("b", 1, 2, 3);
        group.TickUntil(() => group.Running.All(replica => replica.State.Requests.Count == 2), 200);
        group.TickUntil(() => group.Running.All(replica => replica.State.Expiries.IsEmpty), 5);
        group[0].Restart(StartMode.Restart);
        group.TickUntil(() => group.Replicas.All(replica => replica.State.Expiries.IsEmpty), 100);
    }

    [Fact]
    public void A_key_that_expired_while_all_were_down_goes_when_they_are_back()
    {
        var group = new TestGroup();
        group.PutFor("a", seconds: 1);
        group.Order(9);
        group.Tick(50);
        foreach (var replica in group.Replicas) replica.Stop();
        group.Tick(20 * Second);
        foreach (var replica in group.Replicas) replica.Restart(StartMode.Restart);
        group.DeliverAll();
        group.TickUntil(() => group.Replicas.All(replica => replica.State.Expiries.IsEmpty), 30);
        // The primary that comes back leaves the view in which it may have proposed what it forgot; nobody suspects the next one.
        Assert.All(group.Replicas, replica => Assert.True(replica.Replica is { Active: true, View.Number: 1 }));
    }

    [Fact]
    public void A_replica_that_fetches_the_state_suspects_nobody_for_what_its_old_state_holds()
    {
        var group = new TestGroup(consensus: new ConsensusConfig { CheckpointInterval = 8, RetainedBatchesMax = 4 });
        group.PutFor("a", seconds: 10);
        group.Tick(3 * Second); // The idle group has checkpointed it.
        group[3].Stop();
        group.Tick(10 * Second);
        group.Order(40);
        group.Tick(Skew);
        group.Hold(envelope => envelope.Name == "chunk" && envelope.To.Index == 3);
        group[3].Restart(StartMode.Restart);
        group.Tick(20);
        Assert.True(group[3].Replica.IsFetchingState);
        Assert.Single(group[3].State.Expiries);
        group.Tick(10 * Timeout);
        Assert.True(group[3].Replica.Active);
        group.Heal();
        group.TickUntil(() => group[3].State.Expiries.IsEmpty, 200);
        Assert.All(group.Replicas, replica => Assert.Equal((View.Initial, true), (replica.Replica.View, replica.Replica.Active)));
    }
}
