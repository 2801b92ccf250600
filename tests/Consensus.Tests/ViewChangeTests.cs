// PBFT sections 4.4 and 4.5.2 (OSDI '99), view changes and liveness; protocol.md section 9.
using KvStore.Consensus.Tests.Harness;
using KvStore.Protocol;

namespace KvStore.Consensus.Tests;

public class ViewChangeTests
{
    // relab/hotstuff#106: the timer was only for the second request.
    [Fact]
    public void A_single_pending_request_is_enough_to_replace_a_silent_primary()
    {
        var group = new TestGroup();
        group[0].Stop();
        group.Submit("a");
        group.Tick(39);
        Assert.All(group.Running, replica => Assert.Equal(View.Initial, replica.Replica.View));
        group.Tick(2);
        Assert.All(group.Running, replica => Assert.True(replica.Replica is { Active: true, View.Number: 1, Executed.Number: 1 }));
    }

    [Fact]
    public void Who_is_late_or_silent_is_suspected_by_number_and_once()
    {
        var group = new TestGroup();
        group[0].Stop();
        group.Submit("a");
        group.Tick(41);
        Assert.All(group.Running, replica => Assert.Equal([new ReportSuspicion(SuspicionKind.NoProgress, group.Ids[0])], replica.Of<ReportSuspicion>()));
        group.Tick(1500);
        Assert.All(group.Running, replica => Assert.Equal(new ReportSuspicion(SuspicionKind.Silent, group.Ids[0]), Assert.Single(replica.Of<ReportSuspicion>().Skip(1))));
        group[0].Restart(StartMode.Restart);
        group.Tick(50);
        group[0].Stop();
        group.Tick(600);
        Assert.All(group.Running, replica => Assert.Equal(3, replica.Of<ReportSuspicion>().Count()));
    }

    [Fact]
    public void Without_waiting_requests_a_silent_primary_is_left_alone()
    {
        var group = new TestGroup();
        group[0].Stop();
        group.Tick(500);
        Assert.All(group.Running, replica => Assert.Equal(View.Initial, replica.Replica.View));
    }

    [Fact]
    public void A_replica_stops_voting_in_the_view_that_it_leaves()
    {
        var group = new TestGroup();
        group.Isolate(1);
        group.Submit("a", 1);
        group.Tick(41);
        Assert.False(group[1].Replica.Active);
        group.Heal();
        group.Submit("b");
        group.DeliverAll();
        Assert.Empty(group[1].Said<Prepare>());
        Assert.Empty(group[1].Said<Commit>());
        Assert.Equal(3, group.Replicas.Count(replica => replica.Of<Execute>().Any(effect => effect.Sequence.Number == 1)));
    }

    [Fact]
    public void Time_outs_double_for_consecutive_view_changes()
    {
        var group = new TestGroup();
        var left = new List<(ulong View, ulong Tick)>();
        var ticks = 0UL;
        group.Observer = (replica, effect) =>
        {
            if (replica.Index == 3 && effect is ViewChanged { Active: false } it) left.Add((it.View.Number, ticks));
        };
        group.Drop(envelope => envelope.Name == "newview");
        group.Submit("a");
        group.Drop(envelope => envelope.Name is "prepare" or "preprepare" or "commit");
        for (; ticks < 700; ticks++) group.Tick();
        var waits = left.Zip(left.Skip(1), (earlier, later) => later.Tick - earlier.Tick).Take(3).ToList();
        Assert.Equal([80UL, 160UL, 320UL], waits);
    }

    // bft-smart/library#51: time-outs that an attack had inflated stayed inflated.
    [Fact]
    public void Time_outs_come_down_again_when_there_is_progress()
    {
        var group = new TestGroup();
        group.Drop(envelope => envelope.Name == "newview" && envelope.Statement is NewView { View.Number: < 4 });
        group[0].Stop();
        group.Submit("a");
        group.TickUntil(() => group[2].State.Requests.Count == 1);
        group.Heal();
        var primary = group[2].Replica.Primary.Index;
        if (primary == 0)
        {
            group[0].Restart(StartMode.Restart);
            group.Tick(30);
        }

        var view = group[2].Replica.View.Number;
        group[primary].Stop();
        if (primary != 0)
        {
            group[0].Restart(StartMode.Restart);
            group.Tick(30);
        }

        group.Submit("b");
        group.Tick(45);
        Assert.All(group.Running, replica => Assert.Equal(view + 1, replica.Replica.View.Number));
    }

    [Fact]
    public void A_replica_joins_when_f_plus_1_others_are_in_higher_views()
    {
        var group = new TestGroup();
        group.Inject(1, ViewChange(1, 3), 3);
        Assert.True(group[3].Replica.Active);
        group.Inject(2, ViewChange(2, 5), 3);
        // One of two is correct: so view 2 is over for sure, and view 4 perhaps not.
        Assert.False(group[3].Replica.Active);
        Assert.Equal(new View(3), group[3].Replica.View);
    }

    [Fact]
    public void One_faulty_replica_alone_cannot_force_a_view_change()
    {
        var group = new TestGroup();
        for (var view = 1UL; view < 100; view++) group.Inject(2, ViewChange(2, view), 0, 1, 3);
        Assert.All(group.Replicas, replica => Assert.True(replica.Replica is { Active: true, View.Number: 0 }));
        group.Order(3);
        Assert.All(group.Replicas, replica => Assert.Equal(3UL, replica.Replica.Executed.Number));
    }

    [Fact]
    public void A_primary_that_retires_is_followed_by_the_next_one_before_anybody_has_waited()
    {
        var group = new TestGroup();
        group.Order(3);
        group[0].Round(new Retire());
        group.Tick(2);
        Assert.All(group.Replicas, replica => Assert.True(replica.Replica is { Active: true, View.Number: 1 }));
        group[0].Stop();
        group.Order(3, "without-it");
        Assert.All(group.Running, replica => Assert.Equal(6UL, replica.Replica.Executed.Number));
    }

    [Fact]
    public void What_was_under_way_when_the_primary_retired_is_carried_over()
    {
        var group = new TestGroup();
        group.Drop(envelope => envelope.Name == "commit");
        group.Order(2);
        group[0].Round(new Retire());
        group.Tick(2);
        group.Heal();
        group.Tick(30);
        Assert.All(group.Replicas, replica => Assert.True(replica.Replica is { View.Number: 1, Executed.Number: 2 }));
    }

    [Fact]
    public void A_backup_that_retires_changes_nothing_until_it_would_lead()
    {
        var group = new TestGroup();
        group[1].Round(new Retire());
        group.Tick(50);
        Assert.All(group.Replicas, replica => Assert.Equal(View.Initial, replica.Replica.View));
        group[0].Round(new Retire());
        group.Tick(4);
        Assert.All(group.Replicas, replica => Assert.True(replica.Replica is { Active: true, View.Number: 2 }));
    }

    [Fact]
    public void A_replica_alone_in_its_group_has_nobody_to_hand_over_to()
    {
        var group = new TestGroup(replicas: 1);
        group[0].Round(new Retire());
        group.Tick(10);
        group.Order(1);
        Assert.True(group[0].Replica is { Active: true, View.Number: 0, Executed.Number: 1 });
    }

    // A faulty primary could fall silent just as well: showing its ViewChange to one backup costs it the view, and the others no more than that backup.
    [Fact]
    public void A_primary_that_leaves_for_one_backup_only_ends_nobody_elses_view_and_the_backup_comes_back()
    {
        var group = new TestGroup();
        group.Inject(0, ViewChange(0, 1), 3);
        group.Tick(2);
        Assert.False(group[3].Replica.Active);
        Assert.All(group.Replicas.Take(3), replica => Assert.True(replica.Replica is { Active: true, View.Number: 0 }));
        group.Order(3);
        group.Tick(20); // It hears by status of what was committed without it.
        Assert.All(group.Replicas, replica => Assert.Equal(3UL, replica.Replica.Executed.Number));
        group[0].Stop();
        group.Submit("without-it");
        group.Tick(60);
        Assert.All(group.Running, replica => Assert.True(replica.Replica is { Active: true, View.Number: 1, Executed.Number: 4 }));
    }

    [Fact]
    public void Views_that_were_handed_over_do_not_lengthen_the_time_out()
    {
        var group = new TestGroup();
        for (var round = 0; round < 4; round++)
        {
            var primary = group[round];
            primary.Round(new Retire());
            group.Tick(2);
            primary.Stop();
            primary.Restart(StartMode.Restart);
            group.Tick(20);
        }

        Assert.All(group.Replicas, replica => Assert.True(replica.Replica is { Active: true, View.Number: 4 }));
        group[0].Stop();
        group.Submit("a");
        group.Tick(42);
        Assert.All(group.Running, replica => Assert.True(replica.Replica is { Active: true, View.Number: 5, Executed.Number: 1 }));
    }

    [Fact]
    public void Two_view_changes_for_one_view_with_other_content_are_evidence()
    {
        var group = new TestGroup();
        group.Inject(2, ViewChange(2, 1), 1);
        var certificate = new OrderingCertificate(group.Certify(new Prepare(default, new SequenceNumber(1), Digest.Zero)));
        group.Inject(2, new StatementMessage(TestGroup.Sign(2, new ViewChange(new View(1), null, [certificate]))), 1);
        Assert.Equal(1, group[1].Rejections(RejectionKind.Equivocation));
        Assert.Single(group[1].Of<ReportEquivocation>());
    }

    [Fact]
    public void The_new_primary_carries_what_was_prepared_and_fills_gaps_with_null_batches()
    {
        var group = new TestGroup();
        group.Hold(envelope => envelope.Name == "commit");
        group.Drop(envelope => envelope.Name == "prepare" && envelope.Sequence!.Value.Number is 2 or 4);
        var batches = new Dictionary<ulong, Digest>();
        group.Observer = (_, effect) =>
        {
            if (effect is BroadcastProposal it && it.PrePrepare.View == View.Initial) batches[it.PrePrepare.Sequence.Number] = it.Batch.Digest;
        };
        group.Order(4);
        group[0].Stop();
        group.TickUntil(() => group.Running.All(replica => replica.Replica is { Active: true, View.Number: > 0 }));
        var newView = group[1].Said<NewView>().Single();
        Assert.Equal([batches[1], Batch.Null.Digest, batches[3]], newView.Carried.Select(carried => carried.Batch));
        group.Heal();
        group.TickUntil(() => group.Running.All(replica => replica.State.Requests.Count == 4));
    }

    // adversary.md row 18.
    [Fact]
    public void Some_locked_in_commit_while_others_change_the_view_do_not_deadlock()
    {
        var group = new TestGroup();
        group.Drop(envelope => envelope.Name == "prepare" && envelope.To.Index is 2 or 3);
        group.Drop(envelope => envelope.Name == "commit");
        group.Submit("a");
        group.DeliverAll();
        Assert.Equal(2, group.Replicas.Count(replica => replica.Said<Commit>().Any()));
        group[0].Stop();
        group.Tick(45);
        group.Heal();
        group.TickUntil(() => group.Running.All(replica => replica.State.Requests.Count == 1), 500);
    }

    // SmartBFT PR#622.
    [Fact]
    public void A_decision_and_a_view_change_in_the_same_instant_do_not_deadlock()
    {
        var group = new TestGroup();
        group.Hold(envelope => envelope.Name == "commit" && envelope.To.Index != 1);
        group.Submit("a");
        group.DeliverAll();
        Assert.Equal(1UL, group[1].Replica.Executed.Number);
        group[0].Stop();
        group.Tick(41);
        group.Heal();
        group.DeliverAll();
        group.TickUntil(() => group.Running.All(replica => replica.State.Requests.Count == 1), 500);
        group.Submit("b");
        group.TickUntil(() => group.Running.All(replica => replica.State.Requests.Count == 2), 500);
    }

    // concord-bft PR#2602.
    [Fact]
    public void The_present_and_the_next_primary_down_at_once_are_both_passed_over()
    {
        var group = new TestGroup(replicas: 7);
        group[0].Stop();
        group[1].Stop();
        group.Submit("a");
        group.TickUntil(() => group.Running.All(replica => replica.State.Requests.Count == 1), 300);
        Assert.All(group.Running, replica => Assert.Equal(new View(2), replica.Replica.View));
    }

    // concord-bft PR#1178.
    [Fact]
    public void A_replica_two_views_behind_learns_of_the_view_from_its_new_view_and_votes_again()
    {
        var group = new TestGroup(replicas: 7);
        group[6].Stop();
        group[0].Stop();
        group.Submit("a", 1, 2, 3, 4, 5);
        group.TickUntil(() => group[3].State.Requests.Count == 1);
        group[0].Restart(StartMode.Restart);
        group.Tick(20);
        group[1].Stop();
        group.Submit("b", 0, 2, 3, 4, 5);
        group.TickUntil(() => group[3].State.Requests.Count == 2);
        group[6].Restart(StartMode.Restart);
        group.TickUntil(() => group[6].State.Requests.Count == 2);
        Assert.Equal(group[3].Replica.View, group[6].Replica.View);
        group[6].Effects.Clear();
        group.Submit("c");
        group.Tick(2);
        Assert.Single(group[6].Said<Commit>());
    }

    // hyperledger-archives/fabric PR#1111.
    [Fact]
    public void Two_sets_of_view_changes_shown_to_two_halves_still_end_in_one_view()
    {
        var group = new TestGroup();
        group.Drop(envelope => envelope.Name == "viewchange" && (envelope.From.Index + envelope.To.Index) % 2 == 1);
        group.Drop(envelope => envelope.Name == "newview" && envelope.To.Index == 3);
        group[0].Stop();
        group.Submit("a");
        group.Tick(100);
        group.Heal();
        group.TickUntil(() => group.Running.All(replica => replica.State.Requests.Count == 1), 2000);
    }

    [Fact]
    public void Under_saturation_a_correct_primary_is_not_suspected()
    {
        var group = new TestGroup(consensus: new ConsensusConfig { CheckpointInterval = 8, PipelineDepth = 1, BatchRequestsMax = 1 });
        // Each batch takes a tick, and a hundred requests wait at any time: each waits two and a half time-outs, and one is executed in every tick.
        group.Hold(envelope => envelope.Name == "commit");
        for (var i = 0; i < 100; i++) group.Submit($"w{i}");
        for (var i = 0; i < 300; i++)
        {
            group.Submit($"x{i}");
            group.Heal();
            group.Hold(envelope => envelope.Name == "commit");
            group.Tick();
        }

        Assert.All(group.Replicas, replica => Assert.Equal(View.Initial, replica.Replica.View));
        Assert.True(group[1].Replica.Executed.Number >= 290);
    }

    [Fact]
    public void A_primary_that_starves_one_client_is_replaced_although_it_serves_the_others()
    {
        var consensus = new ConsensusConfig { CheckpointInterval = 8, RequestTimeoutTicks = 10, StarvationFactor = 3 };
        var group = new TestGroup(consensus: consensus);
        // The primary is the only one that does not get to see the client's request.
        group.Drop(envelope => envelope.Name == "requests" && envelope.To.Index == 0);
        group.Submit("starved", 1, 2, 3);
        for (var i = 0; i < 60 && group[1].Replica.View == View.Initial; i++)
        {
            group.Submit($"served{i}");
            group.Tick();
        }

        Assert.All(group.Running, replica => Assert.Equal(new View(1), replica.Replica.View));
        group.TickUntil(() => group[1].State.Requests.Contains(group.Request("starved").Digest), 5);
    }

    // hyperledger/fabric PR#4438, in production: a primary that heartbeats but never orders.
    [Fact]
    public void A_primary_that_orders_nothing_but_empty_batches_is_replaced()
    {
        var group = new TestGroup();
        group.Isolate(0);
        group.Submit("a", 1, 2, 3);
        for (var sequence = 1UL; sequence < 15 && group[1].Replica.View == View.Initial; sequence++)
        {
            group.Inject(0, NormalCaseTests.Proposal(0, sequence, new Batch(group.Now, [])), 1, 2, 3);
            group.Tick(4);
        }

        Assert.All(group.Running.Skip(1), replica => Assert.Equal(new View(1), replica.Replica.View));
    }

    [Fact]
    public void A_request_that_only_one_backup_was_shown_is_forwarded_and_ordered()
    {
        var group = new TestGroup();
        group.Submit("a", 3);
        group.DeliverAll();
        Assert.Equal(SequenceNumber.Genesis, group[3].Replica.Executed);
        group.Tick(11);
        Assert.All(group.Replicas, replica => Assert.Equal(1UL, replica.Replica.Executed.Number));
        Assert.All(group.Replicas, replica => Assert.Equal(View.Initial, replica.Replica.View));
    }

    internal static StatementMessage ViewChange(int signer, ulong view) => new(TestGroup.Sign(signer, new ViewChange(new View(view), null, [])));
}
