// adversary.md row 23; Aardvark (NSDI '09), section 4.2: whoever floods slows itself.
using KvStore.Consensus.Tests.Harness;
using KvStore.Protocol;

namespace KvStore.Consensus.Tests;

public class FairnessTests
{
    private static readonly ConsensusConfig Small = new() { CheckpointInterval = 8, PipelineDepth = 1, BatchRequestsMax = 8, RequestTimeoutTicks = 10, StarvationFactor = 3 };

    private const int Least = 4;

    // Wide enough that shares, and not the end of a batch, decide what is in it.
    private static readonly ConsensusConfig Wide = Small with { BatchRequestsMax = 64 };

    [Fact]
    public void A_batch_takes_the_requests_of_clients_in_turn_each_ones_in_the_order_in_which_they_came()
    {
        var group = new TestGroup(consensus: Small);
        group.Hold(envelope => envelope.Name == "commit");
        for (var i = 0; i < 20; i++) group.Submit($"flood.{i}"); // The first is under way, so that all others gather behind it.
        foreach (var name in new[] { "a.0", "a.1", "b.0" }) group.Submit(name);
        group.Heal();
        group.DeliverAll();
        string[] next = ["a.0", "b.0", "flood.1", "a.1", "flood.2", "flood.3", "flood.4", "flood.5"];
        Assert.Equal(next.Select(name => group.Request(name).Digest), group[1].Of<Execute>().ElementAt(1).Batch.Requests);
        Assert.Equal(23, group[1].State.Requests.Count);
    }

    [Fact]
    public void Those_who_do_not_flood_are_served_in_the_next_batch_however_much_waits()
    {
        var group = new TestGroup(consensus: Small);
        group.Hold(envelope => envelope.Name == "commit");
        for (var i = 0; i < 1000; i++) group.Submit($"flood.{i}");
        var waits = new List<int>();
        for (var round = 0; round < 20; round++)
        {
            var name = $"calm.{round}";
            var before = group[1].Of<Execute>().Count();
            group.Submit(name);
            while (!group[1].State.Requests.Contains(group.Request(name).Digest)) Step(group);
            waits.Add(group[1].Of<Execute>().Count() - before);
        }

        Assert.All(waits, batches => Assert.InRange(batches, 1, 2)); // The one that was under way, and the next.
        Assert.True(group[1].Replica.Sizes.PendingRequests > 300);
    }

    [Fact]
    public void One_client_may_fill_half_of_the_room_and_leaves_some_for_whoever_comes()
    {
        var group = new TestGroup(consensus: new ConsensusConfig { CheckpointInterval = 8, PendingRequestsMax = 16 });
        for (var i = 0; i < 50; i++) group.Submit($"flood.{i}", 1);
        Assert.Equal(8, group[1].Replica.Sizes.PendingRequests);
        for (var i = 0; i < 50; i++) group.Submit($"second.{i}", 1);
        Assert.Equal(12, group[1].Replica.Sizes.PendingRequests);
        foreach (var name in new[] { "a", "b", "c" }) group.Submit($"{name}.0", 1);
        Assert.Equal(15, group[1].Replica.Sizes.PendingRequests);
        Assert.Equal(42 + 46, group[1].Of<RefuseRequest>().Count());
    }

    [Fact]
    public void Who_waits_for_its_own_flood_is_not_starved()
    {
        var group = new TestGroup(consensus: Small);
        group.Hold(envelope => envelope.Name == "commit");
        for (var i = 0; i < 1000; i++) group.Submit($"flood.{i}");
        for (var round = 0; round < 100; round++)
        {
            group.Submit($"calm.{round}");
            group.Tick();
            Step(group);
        }

        Assert.All(group.Replicas, replica => Assert.Equal(View.Initial, replica.Replica.View));
        Assert.True(group[1].Replica.Sizes.PendingRequests > 200);
    }

    [Fact]
    public void While_others_ask_for_one_thing_each_a_flood_has_no_more_on_its_way_than_a_client_always_may()
    {
        var group = Flooded(["flood"], calm: 8);
        Step(group);
        var batch = group[1].Of<Execute>().Last().Batch.Requests;
        Assert.Equal(8, Enumerable.Range(0, 8).Count(i => batch.Contains(group.Request($"calm{i}.0").Digest)));
        Assert.Equal(8 + Least, batch.Length);
    }

    [Fact]
    public void Those_that_flood_make_no_room_for_each_other()
    {
        var group = Flooded(["flood", "another", "third"], calm: 8);
        Step(group);
        Assert.Equal(8 + (3 * Least), group[1].Of<Execute>().Last().Batch.Requests.Length);
    }

    [Fact]
    public void Who_is_alone_fills_whole_batches()
    {
        var group = Flooded(["flood"], calm: 0);
        for (var round = 0; round < 2; round++) Step(group);
        Assert.Equal(64, group[1].Of<Execute>().Last().Batch.Requests.Length);
    }

    [Fact]
    public void Those_who_ask_for_as_much_as_each_other_are_served_together()
    {
        var group = new TestGroup(consensus: Wide);
        group.Hold(envelope => envelope.Name == "commit");
        group.Submit("first");
        for (var i = 0; i < 7; i++)
        {
            for (var client = 0; client < 8; client++) group.Submit($"client{client}.{i}");
        }

        for (var round = 0; round < 3; round++) Step(group);
        Assert.InRange(group[1].Of<Execute>().Last().Batch.Requests.Length, 8 * Least, 56);
        for (var round = 0; round < 2; round++) Step(group);
        Assert.Equal(57, group[1].State.Requests.Count);
    }

    [Fact]
    public void What_is_large_counts_for_as_many_as_it_costs()
    {
        var group = new TestGroup(consensus: Wide);
        group.Hold(envelope => envelope.Name == "commit");
        group.Submit("first");
        for (var i = 0; i < 8; i++) group.Submit($"calm{i}.0");
        for (var i = 0; i < 8; i++)
        {
            group.Request($"large.{i}", new byte[64 * 1024]);
            group.Submit($"large.{i}");
        }

        Step(group);
        Step(group);
        Step(group);
        Assert.Equal(8 + 1, group[1].Of<Execute>().Last().Batch.Requests.Length);
    }

    [Fact]
    public void What_waits_behind_its_own_is_not_passed_on_and_never_blamed_on_the_primary()
    {
        var sent = 0;
        var group = Flooded(["flood"], calm: 8);
        group.OnSent = envelope => sent += envelope.Message is RequestsMessage requests ? requests.Requests.Length : 0;
        for (var round = 0; round < 60; round++)
        {
            for (var i = 0; i < 8; i++) group.Submit($"calm{i}.{round + 1}");
            group.Tick();
            Step(group);
        }

        Assert.Equal(0, sent);
        Assert.All(group.Replicas, replica => Assert.Equal(View.Initial, replica.Replica.View));
        Assert.True(group[1].Replica.Sizes.PendingRequests > 100, "The flood is over before anything could go wrong.");
        Assert.All(Enumerable.Range(0, 60), i => Assert.Contains(group.Request($"calm0.{i}").Digest, group[1].State.Requests));
    }

    [Fact]
    public void Who_shows_the_backups_a_few_of_many_is_not_starved()
    {
        var group = new TestGroup(consensus: Wide);
        for (var i = 0; i < 400; i++) group.Submit($"flood.{i}", 0); // The primary alone has these.
        group.Submit("flood.shown");
        for (var round = 0; round < 80; round++)
        {
            for (var i = 0; i < 8; i++) group.Submit($"calm{i}.{round}");
            group.Tick();
        }

        Assert.Empty(group.Replicas.SelectMany(replica => replica.Of<ReportSuspicion>()));
        group.TickUntil(() => group[1].State.Requests.Contains(group.Request("flood.shown").Digest));
    }

    [Fact]
    public void Whoever_asks_for_much_and_is_not_served_at_all_is_starved()
    {
        var group = new TestGroup(consensus: Small);
        for (var i = 0; i < 50; i++) group.Submit($"flood.{i}", 1, 2, 3);
        group.Drop(envelope => envelope.Name == "requests" && envelope.To.Index == 0);
        for (var round = 0; round < 60 && group[1].Replica.View == View.Initial; round++)
        {
            group.Submit($"calm.{round}");
            group.Tick();
        }

        Assert.All(group.Replicas, replica => Assert.Equal(new View(1), replica.Replica.View));
    }

    // Some flood and others ask for one thing each, behind a batch that is under way.
    private static TestGroup Flooded(string[] floods, int calm)
    {
        var group = new TestGroup(consensus: Wide);
        group.Hold(envelope => envelope.Name == "commit");
        if (calm > 0) group.Submit("first");
        for (var i = 0; i < calm; i++) group.Submit($"calm{i}.0");
        for (var i = 0; i < 500; i++)
        {
            foreach (var flood in floods) group.Submit($"{flood}.{i}");
        }

        Step(group); // Now the votes to commit the first are on their way.
        if (calm > 0) Step(group);
        return group;
    }

    // One batch is executed, and the next one is under way.
    private static void Step(TestGroup group)
    {
        group.Heal();
        group.Deliver(envelope => envelope.Name == "commit");
        group.Hold(envelope => envelope.Name == "commit");
        group.DeliverAll();
    }
}
