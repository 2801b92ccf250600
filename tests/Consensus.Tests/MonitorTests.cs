// Aardvark (NSDI '09) and RBFT (ICDCS '13): a primary that delivers too little; docs/divergence.md, "A primary is measured by the backups' own exchange of votes".
using KvStore.Consensus.Tests.Harness;
using KvStore.Protocol;

namespace KvStore.Consensus.Tests;

public class MonitorTests
{
    private static readonly MonitorConfig Monitor = new() { SlackTicks = 4, WindowTicks = 20, SamplesMin = 4, DegradedWindows = 2, GraceTicks = 10 };

    private int _submitted;

    [Fact]
    public void A_primary_as_slow_as_the_time_out_allows_is_voted_out_and_without_a_monitor_it_is_not()
    {
        var (watched, trusting) = (new TestGroup(monitor: Monitor), new TestGroup());
        foreach (var group in new[] { watched, trusting }) Run(group, ticks: 200, slowTicks: 30, "a", "b", "c");
        Assert.All(watched.Replicas, replica => Assert.True(replica.Replica is { Active: true, View.Number: 1 }));
        Assert.All(trusting.Replicas, replica => Assert.Equal(View.Initial, replica.Replica.View));
        Assert.Equal(600, watched[1].State.Requests.Count);
    }

    [Fact]
    public void Nobody_is_voted_out_when_the_load_falls()
    {
        var group = new TestGroup(monitor: Monitor);
        Run(group, ticks: 200, slowTicks: 0, "a", "b", "c", "d");
        for (var i = 0; i < 20; i++)
        {
            Run(group, ticks: 1, slowTicks: 0, "a");
            group.Tick(15);
        }

        group.Tick(300);
        Assert.All(group.Replicas, replica => Assert.Equal(View.Initial, replica.Replica.View));
    }

    [Fact]
    public void Nobody_is_voted_out_when_the_whole_group_is_slow()
    {
        var group = new TestGroup(monitor: Monitor);
        for (var round = 0; round < 40; round++)
        {
            // What is voted in one round arrives in the next one, ten ticks later, whoever leads.
            group.Heal();
            group.Hold(envelope => envelope.Name is "prepare" or "commit");
            Run(group, ticks: 10, slowTicks: 0, "a", "b");
        }

        Assert.All(group.Replicas, replica => Assert.Equal(View.Initial, replica.Replica.View));
        Assert.True(group[1].Replica.Executed.Number > 0);
    }

    [Fact]
    public void Nobody_is_voted_out_when_more_is_asked_for_than_any_primary_could_order()
    {
        var group = new TestGroup(consensus: new ConsensusConfig { CheckpointInterval = 8, PipelineDepth = 1, BatchRequestsMax = 1 }, monitor: Monitor);
        for (var i = 0; i < 100; i++) group.Submit($"a.{_submitted++}");
        for (var i = 0; i < 300; i++)
        {
            group.Submit($"a.{_submitted++}");
            group.Heal();
            group.Hold(envelope => envelope.Name == "commit");
            group.Tick();
        }

        Assert.All(group.Replicas, replica => Assert.Equal(View.Initial, replica.Replica.View));
    }

    [Fact]
    public void Full_batches_ahead_of_one_that_is_kept_back_are_no_excuse()
    {
        var group = new TestGroup(consensus: new ConsensusConfig { CheckpointInterval = 8, BatchRequestsMax = 1 }, monitor: Monitor);
        for (var i = 0; i < 300 && group[1].Replica.View == View.Initial; i++)
        {
            if (i % 30 == 0)
            {
                group.Heal();
                group.Hold(envelope => FromPrimary(envelope) && envelope.Sequence!.Value.Number % 2 == 1);
            }

            foreach (var client in new[] { "a", "b" }) group.Submit($"{client}.{_submitted++}");
            group.Tick();
        }

        Assert.All(group.Replicas, replica => Assert.Equal(new View(1), replica.Replica.View));
    }

    [Fact]
    public void A_few_slow_requests_are_no_proof()
    {
        var group = new TestGroup(monitor: Monitor);
        for (var i = 0; i < 10; i++)
        {
            group.Hold(FromPrimary);
            group.Submit($"a.{_submitted++}");
            group.Tick(30);
            group.Heal();
            group.Tick(40);
        }

        Assert.All(group.Replicas, replica => Assert.True(replica.Replica is { View.Number: 0, Executed.Number: 10 }));
    }

    [Fact]
    public void A_primary_that_slows_one_client_is_voted_out_although_it_serves_the_others()
    {
        var (watched, trusting) = (new TestGroup(monitor: Monitor), new TestGroup());
        foreach (var group in new[] { watched, trusting })
        {
            group.Drop(envelope => envelope.Name == "requests" && envelope.To.Index == 0); // What it is passed on it pretends not to have got.
            HideFromThePrimary(group, until: 25);
        }

        Assert.All(watched.Replicas, replica => Assert.True(replica.Replica.View > View.Initial));
        Assert.All(trusting.Replicas, replica => Assert.Equal(View.Initial, replica.Replica.View));
    }

    [Fact]
    public void A_client_that_hides_its_requests_from_the_primary_has_nobody_voted_out()
    {
        var group = new TestGroup(monitor: Monitor);
        HideFromThePrimary(group, until: 25);
        Assert.All(group.Replicas, replica => Assert.Equal(View.Initial, replica.Replica.View));
        Assert.True(group[0].State.Requests.Count > 900);
    }

    [Fact]
    public void A_liars_complaints_end_no_view()
    {
        var group = new TestGroup(monitor: Monitor);
        for (var i = 0; i < 300; i++)
        {
            group.Inject(2, new ComplaintMessage(View.Initial), 0, 1, 3);
            Run(group, ticks: 1, slowTicks: 0, "a", "b");
        }

        Assert.All(group.Replicas, replica => Assert.Equal(View.Initial, replica.Replica.View));
    }

    [Fact]
    public void What_f_plus_1_complain_of_all_complain_of_and_nobody_leaves_alone()
    {
        var group = new TestGroup(monitor: Monitor);
        group.Inject(1, new ComplaintMessage(View.Initial), 0, 2, 3);
        group.Tick();
        Assert.All(group.Replicas, replica => Assert.Equal(View.Initial, replica.Replica.View));
        group.Inject(2, new ComplaintMessage(View.Initial), 0, 1, 3);
        group.Tick(2);
        Assert.All(group.Replicas, replica => Assert.True(replica.Replica is { Active: true, View.Number: 1 }));
    }

    [Fact]
    public void Complaints_that_are_not_said_again_are_forgotten()
    {
        var group = new TestGroup(monitor: Monitor);
        for (var i = 0; i < 20; i++)
        {
            group.Inject(1 + (i % 2), new ComplaintMessage(View.Initial), 0, 3);
            group.Tick(60);
        }

        Assert.All(group.Replicas, replica => Assert.Equal(View.Initial, replica.Replica.View));
    }

    [Fact]
    public void Where_no_primary_is_fast_enough_views_change_ever_more_rarely()
    {
        var group = new TestGroup(monitor: Monitor);
        var left = new List<int>();
        var now = 0;
        group.Observer = (replica, effect) =>
        {
            if (replica.Index == 3 && effect is ViewChanged { Active: false }) left.Add(now);
        };
        for (; now < 1500; now++)
        {
            if (now % 30 == 0)
            {
                group.Heal();
                group.Hold(envelope => envelope.Name == "preprepare");
            }

            Run(group, ticks: 1, slowTicks: 0, "a", "b");
        }

        var waits = left.Zip(left.Skip(1), (earlier, later) => later - earlier).ToList();
        Assert.True(waits.Count >= 3, string.Join(' ', left));
        Assert.All(waits.Zip(waits.Skip(1)), each => Assert.True(each.Second > each.First, string.Join(' ', left)));
    }

    private static bool FromPrimary(Envelope envelope) => envelope is { Name: "preprepare", From.Index: 0 };

    // Each client asks for something in every tick; what replica 0 proposes arrives only every so many ticks.
    private void Run(TestGroup group, int ticks, int slowTicks, params string[] clients)
    {
        for (var i = 0; i < ticks; i++)
        {
            if (slowTicks > 0 && i % slowTicks == 0)
            {
                group.Heal();
                group.Hold(FromPrimary);
            }

            foreach (var client in clients) group.Submit($"{client}.{_submitted++}");
            group.Tick();
        }
    }

    // Three clients are served at once. What a fourth one asks for, less than its share at a time, the primary has only some ticks later.
    private void HideFromThePrimary(TestGroup group, int until)
    {
        var hidden = new Queue<(string Name, int At)>();
        for (var i = 0; i < 300; i++)
        {
            if (i % 8 == 0)
            {
                hidden.Enqueue(($"hidden.{_submitted++}", i));
                group.Submit(hidden.Last().Name, 1, 2, 3);
            }

            if (hidden.TryPeek(out var first) && i >= first.At + until) group.Submit(hidden.Dequeue().Name, 0);
            Run(group, ticks: 1, slowTicks: 0, "a", "b", "c");
        }
    }
}
