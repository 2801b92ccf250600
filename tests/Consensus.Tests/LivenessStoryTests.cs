// Stories of groups that stopped, or never came to rest. PBFT section 4.5.2.
using KvStore.Consensus.Tests.Harness;
using KvStore.Protocol;

namespace KvStore.Consensus.Tests;

public class LivenessStoryTests
{
    // A view that opened after a long outage counted as having served everybody who came before it, so each backup took the oldest request for
    // starved in the first tick of the view and left it: no view lived longer than a tick.
    [Fact]
    public void After_a_long_outage_the_first_view_that_opens_is_given_its_time()
    {
        var group = new TestGroup();
        group[0].Stop();
        group[3].Stop();
        group.Submit("old", 1, 2);
        group.Tick(1000);
        group[3].Restart(StartMode.Restart);
        // A round trip takes some ticks, as it does over a network.
        group.Hold(envelope => envelope.Name is "prepare" or "commit" or "preprepare");
        group.TickUntil(() => group.Running.All(replica => replica.Replica.Active), 200);
        var view = group[1].Replica.View;
        group.Tick(20);
        Assert.All(group.Running, replica => Assert.True(replica.Replica.Active && replica.Replica.View == view));
        group.Heal();
        group.DeliverAll();
        group.TickUntil(() => group.Running.All(replica => replica.State.Requests.Count == 1), 20);
    }

    // Sixty-four late requests of a megabyte were forwarded in one message, which is over the limit of a message and was refused by all.
    [Fact]
    public void Late_requests_are_forwarded_in_messages_that_others_take()
    {
        var group = new TestGroup();
        var total = 0;
        group.OnSent = envelope =>
        {
            if (envelope.Message is not RequestsMessage it) return;
            Assert.True(MessageCodec.Encode(TestGroup.Context, it).Length <= MessageCodec.BytesMax);
            if (envelope.To.Index == 0) total += it.Requests.Length;
        };
        for (var i = 0; i < 25; i++) group[3].Submit(group.Request($"large{i}", body: new byte[1024 * 1024]));
        group.Tick(30);
        Assert.Equal(25, total);
        Assert.All(group.Replicas, replica => Assert.Equal(25, replica.State.Requests.Count));
    }

    // PBFT section 4.5.2: a group that has had f replicas down and up again, one after the other, still makes progress.
    [Fact]
    public void Each_replica_in_turn_down_and_up_again_never_stops_the_group_for_long()
    {
        var group = new TestGroup();
        var count = 0;
        for (var round = 0; round < 12; round++)
        {
            group[round % 4].Stop();
            group.Submit($"r{round}");
            count++;
            group.TickUntil(() => group.Running.All(replica => replica.State.Requests.Count == count), 700);
            group[round % 4].Restart(StartMode.Restart);
            group.TickUntil(() => group.Replicas.All(replica => replica.State.Requests.Count == count), 300);
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(10)]
    public void After_any_partition_heals_everything_pending_is_executed(int replicas)
    {
        var group = new TestGroup(replicas);
        var requests = 0;
        for (var cut = 1; cut < replicas; cut++)
        {
            var side = cut;
            group.Drop(envelope => envelope.From.Index < side != envelope.To.Index < side);
            group.Submit($"r{requests++}");
            group.Tick(60);
            group.Heal();
            group.TickUntil(() => group.Replicas.All(replica => replica.State.Requests.Count == requests), 3000);
        }
    }
}
