// adversary.md row 23; Aardvark (NSDI '09), section 4.2: whoever floods slows itself.
using KvStore.Consensus.Tests.Harness;
using KvStore.Protocol;

namespace KvStore.Consensus.Tests;

public class FairnessTests
{
    private static readonly ConsensusConfig Small = new() { CheckpointInterval = 8, PipelineDepth = 1, BatchRequestsMax = 8, RequestTimeoutTicks = 10, StarvationFactor = 3 };

    [Fact]
    public void A_batch_takes_the_requests_of_clients_in_turn_each_ones_in_the_order_in_which_they_came()
    {
        var group = new TestGroup(consensus: Small);
        group.Hold(envelope => envelope.Name == "commit");
        group.Submit("first"); // Is under way, so that all others gather behind it.
        for (var i = 0; i < 100; i++) group.Submit($"flood.{i}");
        foreach (var name in new[] { "a.0", "a.1", "b.0" }) group.Submit(name);
        group.Heal();
        group.DeliverAll();
        string[] next = ["flood.0", "a.0", "b.0", "flood.1", "a.1", "flood.2", "flood.3", "flood.4"];
        Assert.Equal(next.Select(name => group.Request(name).Digest), group[1].Of<Execute>().ElementAt(1).Batch.Requests);
        Assert.Equal(104, group[1].State.Requests.Count);
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

    // One batch is executed, and the next one is under way.
    private static void Step(TestGroup group)
    {
        group.Heal();
        group.Deliver(envelope => envelope.Name == "commit");
        group.Hold(envelope => envelope.Name == "commit");
        group.DeliverAll();
    }
}
