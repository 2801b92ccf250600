// protocol.md sections 10 and 11: what is on the disk before it is said, and a replica that comes back. adversary.md rows 24, 38 and 39.
using KvStore.Consensus.Tests.Harness;
using KvStore.Protocol;

namespace KvStore.Consensus.Tests;

public class RestartTests
{
    [Fact]
    public void A_restarted_replica_sends_the_same_votes_again_and_never_others()
    {
        var group = new TestGroup();
        group.Drop(envelope => envelope.Name == "commit");
        group.Order(2);
        foreach (var replica in group.Replicas)
        {
            var (prepares, commits) = (replica.Said<Prepare>().ToList(), replica.Said<Commit>().ToList());
            replica.Stop();
            replica.Effects.Clear();
            replica.Restart(StartMode.Restart); // The checker of the group compares the statements' bytes.
            group.DeliverAll();
            Assert.Equal(prepares, replica.Said<Prepare>());
            Assert.Equal(commits, replica.Said<Commit>());
        }

        group.Heal();
        group.TickUntil(() => group.Replicas.All(replica => replica.Replica.Executed.Number == 2), 100);
    }

    [Fact]
    public void A_restarted_primary_proposes_the_same_batches_again_and_new_ones_above_them()
    {
        var group = new TestGroup();
        group.Drop(envelope => envelope.Name is "preprepare");
        group.Order(2);
        group[0].Stop();
        group[0].Restart(StartMode.Restart);
        group.Heal();
        group.Submit("new");
        group.TickUntil(() => group.Replicas.All(replica => replica.State.Requests.Count == 3), 38);
    }

    [Fact]
    public void A_power_cut_of_all_at_once_loses_nothing_that_was_executed()
    {
        var group = new TestGroup();
        group.Order(13);
        var root = group[0].State.Root;
        foreach (var replica in group.Replicas) replica.Stop();
        foreach (var replica in group.Replicas) replica.Restart(StartMode.Restart);
        group.TickUntil(() => group.Replicas.All(replica => replica.State.Root == root), 100);
    }

    // The stable checkpoint's certificate was at one replica only, and that one lost its disk after its ViewChange had opened the next view.
    [Fact]
    public void A_power_cut_and_then_the_loss_of_the_disk_that_knew_the_checkpoint_lose_nothing()
    {
        var group = new TestGroup();
        group.Drop(envelope => envelope.Name is "checkpoint" or "stable" && envelope.To.Index != 1);
        group.Order(8);
        Assert.NotNull(group[1].Replica.StableCheckpoint);
        var root = group[2].State.Root;
        foreach (var replica in group.Replicas) replica.Stop();
        group.Drop(envelope => envelope.Name is "committed" && envelope.From.Index == 1);
        group.Isolate(0);
        foreach (var replica in group.Replicas.Skip(1)) replica.Restart(StartMode.Restart);
        group.Submit("a", 1, 2, 3);
        group.Tick(45);
        group[1].Stop();
        group.Heal();
        group[0].Restart(StartMode.Restart);
        group.TickUntil(() => new[] { 0, 2, 3 }.All(index => group[index].State.Requests.Count == 9), 1000);
        Assert.NotEqual(default, root);
    }

    [Fact]
    public void A_pledge_survives_a_restart()
    {
        var group = new TestGroup();
        group.Isolate(3);
        group.Submit("a", 3);
        group.Tick(41);
        Assert.False(group[3].Replica.Active);
        group[3].Stop();
        group[3].Restart(StartMode.Restart);
        Assert.True(group[3].Replica is { Active: false, View.Number: 1 });
        group.Heal();
        group.Submit("b", 0, 1, 2);
        group.DeliverAll();
        Assert.Empty(group[3].Said<Prepare>());
    }

    [Fact]
    public void A_pledge_and_what_it_reports_survive_the_compaction_of_the_log()
    {
        var group = new TestGroup();
        group.Isolate(3);
        group.Submit("a", 3);
        group.Tick(41);
        group.Heal();
        foreach (var number in Enumerable.Range(0, 8))
        {
            group.Submit($"b{number}", 0, 1, 2);
            group.DeliverAll();
        }

        group.TickUntil(() => group[3].Replica.StableCheckpoint is not null, 300);
        Assert.False(group[3].Replica.Active);
        group[3].Stop();
        group[3].Restart(StartMode.Restart);
        Assert.True(group[3].Replica is { Active: false, View.Number: 1 });
    }

    // malachite#1434, concord-bft PR#805.
    [Fact]
    public void A_restart_in_a_view_that_is_not_open_yet_still_needs_its_quorum()
    {
        var group = new TestGroup();
        group.Drop(envelope => envelope.Name == "viewchange");
        group[0].Stop();
        group.Submit("a");
        group.Tick(45);
        Assert.All(group.Running, replica => Assert.False(replica.Replica.Active));
        group[1].Stop();
        group[1].Restart(StartMode.Restart);
        group.Tick(50);
        Assert.All(group.Running, replica => Assert.True(replica.Replica is { Active: false, View.Number: 1 }));
        group.Heal();
        group.Submit("a");
        group.TickUntil(() => group.Running.All(replica => replica.State.Requests.Count == 1), 200);
    }

    [Fact]
    public void A_batch_prepared_before_a_restart_is_reported_in_the_view_change_after_it()
    {
        var group = new TestGroup();
        group.Drop(envelope => envelope.Name == "commit");
        group.Order(1);
        foreach (var replica in group.Replicas) replica.Stop();
        foreach (var replica in group.Replicas.Skip(1)) replica.Restart(StartMode.Restart);
        group.Submit("wake");
        group.Tick(60);
        Assert.All(group.Running, replica => Assert.Contains(replica.Said<ViewChange>(), pledge => pledge.Prepared.Any(each => each.Vote.Sequence.Number == 1)));
        group.Heal();
        group.TickUntil(() => group.Running.All(replica => replica.State.Requests.Count == 2), 1000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Killed_after_each_of_its_records_in_turn_a_replica_never_votes_twice_for_one_position(int seed)
    {
        var group = new TestGroup();
        var sent = 0;
        group.Drop(_ => ++sent % (seed + 2) == 0);
        for (var i = 0; i < 30; i++)
        {
            var index = (i * seed) % 4;
            group.Submit($"r{i}");
            group.Tick(i % 7);
            if (!group[index].Running) continue;
            group[index].Stop();
            group.Tick(i % 3);
            group[index].Restart(StartMode.Restart);
        }

        group.Heal();
        for (var i = 0; i < 30; i++) group.Submit($"r{i}");
        group.TickUntil(() => group.Replicas.All(replica => replica.State.Requests.Count == 30), 3000);
    }

    [Fact]
    public void A_replica_that_lost_its_disk_says_nothing_until_the_group_is_above_all_that_it_may_have_voted_for()
    {
        var group = new TestGroup(consensus: new ConsensusConfig { CheckpointInterval = 4 });
        group.Order(6);
        group[3].Stop();
        group[3].Effects.Clear();
        group[3].Restart(StartMode.LostDisk);
        group.DeliverAll();
        Assert.True(group[3].Replica.IsRejoining);
        var floor = 0UL;
        group.TickUntil(() => !group[3].Replica.IsRejoining);
        foreach (var record in group[3].Of<Persist>().Select(effect => effect.Record).OfType<RejoinRecord>().Where(record => record.Floor.Number is > 0 and < 1000))
        {
            floor = record.Floor.Number;
        }

        Assert.InRange(floor, 6UL + 8UL, 40UL);
        Assert.All(group[3].Said<Prepare>(), vote => Assert.True(vote.Sequence.Number > floor));
        Assert.All(group[3].Said<Commit>(), vote => Assert.True(vote.Sequence.Number > floor));
        group[3].Effects.Clear();
        group.Order(3, "after");
        Assert.NotEmpty(group[3].Said<Commit>());
    }

    [Fact]
    public void A_replica_that_lost_its_disk_sends_no_view_change_and_answers_no_reader()
    {
        var group = new TestGroup();
        group.Order(2);
        group[3].Stop();
        group[3].Effects.Clear();
        group.Isolate(3);
        group[3].Restart(StartMode.LostDisk);
        group[3].Submit(group.Request("a"));
        group.Tick(200);
        group.Inject(2, new ReadIndexQuery(1), 3);
        group.Inject(1, ViewChangeTests.ViewChange(1, 3), 3);
        group.Inject(2, ViewChangeTests.ViewChange(2, 3), 3);
        Assert.Empty(group[3].Said<ViewChange>());
        Assert.DoesNotContain(group[3].Of<Send>(), send => send.Message is ReadIndexAnswer);
    }

    [Fact]
    public void A_primary_that_lost_its_disk_is_replaced()
    {
        var group = new TestGroup();
        group.Order(2);
        group[0].Stop();
        group[0].Restart(StartMode.LostDisk);
        group.TickUntil(() => group[1].Replica is { Active: true, View.Number: > 0 }, 50);
        group.TickUntil(() => !group[0].Replica.IsRejoining);
        group.Submit("a");
        group.TickUntil(() => group.Replicas.All(replica => replica.State.Requests.Count == 3), 100);
    }

    // docs/divergence.md, "A fetched state is rested on before it is durable".
    [Fact]
    public void A_replica_whose_state_is_gone_and_whose_log_is_not_says_the_same_again_and_fetches_the_state()
    {
        var group = new TestGroup();
        group.Order(9);
        group.Drop(envelope => envelope.Name == "commit");
        group.Order(1, "half");
        var replica = group[3];
        var (prepares, commits) = (replica.Said<Prepare>().ToList(), replica.Said<Commit>().ToList());
        Assert.True(replica.Replica.StableCheckpoint?.Vote.Sequence.Number >= 8);
        replica.Stop();
        replica.Disk.Clear();
        replica.Effects.Clear();
        replica.Restart(StartMode.Restart);
        group.DeliverAll();
        Assert.True(replica.Replica.IsFetchingState);
        Assert.False(replica.Replica.IsRejoining);
        Assert.Empty(replica.Of<Execute>());
        Assert.NotEmpty(replica.Said<Commit>());
        Assert.All(replica.Said<Prepare>(), vote => Assert.Contains(vote, prepares));
        Assert.All(replica.Said<Commit>(), vote => Assert.Contains(vote, commits));
        group.Heal();
        group.TickUntil(() => replica.State.Root == group[1].State.Root && replica.State.Requests.Count == 10, 300);
        Assert.False(replica.Replica.IsFetchingState);
        Assert.NotEmpty(replica.Disk);
        group.Order(8, "after");
        group.TickUntil(() => group.Replicas.All(each => each.State.Root == group[1].State.Root && each.State.Requests.Count == 18), 300);
    }

    [Fact]
    public void A_primary_whose_state_is_gone_leaves_its_view()
    {
        var group = new TestGroup();
        group.Order(9);
        group[0].Stop();
        group[0].Disk.Clear();
        group[0].Restart(StartMode.Restart);
        group.TickUntil(() => group[1].Replica is { Active: true, View.Number: > 0 }, 50);
        group.TickUntil(() => group[0].State.Root == group[1].State.Root, 300);
    }

    // With another one down the others order nothing without its votes, and it executes nothing itself: views change meanwhile, because it can't tell a slow primary from its own lack.
    [Fact]
    public void With_another_one_down_the_group_orders_through_a_replica_whose_state_is_gone()
    {
        var group = new TestGroup();
        group.Order(9);
        group[3].Stop();
        group[3].Disk.Clear();
        group.Drop(envelope => envelope.To.Index == 3 && envelope.Name == "chunk");
        group[3].Restart(StartMode.Restart);
        group.TickUntil(() => !group[3].Replica.IsListening, 30);
        group[2].Stop();
        for (var i = 0; i < 5; i++)
        {
            group.Submit($"on{i}", 0, 1, 3);
            group.TickUntil(() => new[] { 0, 1 }.All(index => group[index].State.Requests.Count == 10 + i), 3000);
        }

        Assert.True(group[3].Replica.IsFetchingState);
        group.Heal();
        group.TickUntil(() => group[3].State.Root == group[0].State.Root, 300);
    }

    // Everybody has voted for later checkpoints than the one whose state is missing, and let go of that one.
    [Fact]
    public void A_state_that_nobody_has_any_more_is_made_up_for_by_a_later_one()
    {
        var group = new TestGroup();
        group.Order(9);
        group[3].Stop();
        group.Order(40, "later");
        group[3].Disk.Clear();
        group[3].Restart(StartMode.Restart);
        group.TickUntil(() => group.Replicas.All(each => each.State.Root == group[1].State.Root && each.State.Requests.Count == 49), 500);
    }

    [Fact]
    public void A_restart_while_rejoining_goes_on_rejoining()
    {
        var group = new TestGroup();
        group.Order(2);
        group[3].Stop();
        group.Isolate(3);
        group[3].Restart(StartMode.LostDisk);
        group[3].Stop();
        group[3].Restart(StartMode.Restart);
        Assert.True(group[3].Replica.IsRejoining);
        group.Heal();
        group.TickUntil(() => !group[3].Replica.IsRejoining);
    }

    // One liar among those asked could put the floor where the group will never come, and the replica would be silent for ever.
    [Fact]
    public void A_lie_about_what_was_executed_does_not_keep_a_replica_without_its_disk_silent_for_ever()
    {
        var group = new TestGroup(replicas: 7, consensus: new ConsensusConfig { CheckpointInterval = 4 });
        group.Order(6);
        group[6].Stop();
        group[6].Restart(StartMode.LostDisk);
        var far = new SequenceNumber(1UL << 61);
        group.Inject(5, new StatusMessage(default, Active: true, far, far, far, Rejoining: false), 6);
        group.TickUntil(() => !group[6].Replica.IsRejoining, 1000);
    }
}
