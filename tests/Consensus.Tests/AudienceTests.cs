// docs/divergence.md, "What was executed is said to those who wait".
using KvStore.Consensus.Tests.Harness;
using KvStore.Protocol;

namespace KvStore.Consensus.Tests;

public class AudienceTests
{
    [Fact]
    public void Those_whose_gateways_passed_a_request_on_are_told_what_came_of_it()
    {
        var group = new TestGroup();
        var request = group.Request("a");
        group[1].Submit(request);
        group.Inject(1, new RequestsMessage([request.Request]), 0, 2, 3);
        group.DeliverAll();
        Assert.Equal(default, AudienceOf(group[1]));
        Assert.All([group[0], group[2], group[3]], replica => Assert.Equal(ReplicaSet.Of(group.Ids[1]), AudienceOf(replica)));
    }

    [Fact]
    public void Where_a_client_went_to_two_gateways_both_are_told()
    {
        var group = new TestGroup();
        var request = group.Request("a");
        group[1].Submit(request);
        group.Drop(envelope => envelope.Name == "preprepare");
        group.Inject(1, new RequestsMessage([request.Request]), 0, 3);
        group.Inject(2, new RequestsMessage([request.Request]), 0, 3);
        group.Heal();
        group.TickUntil(() => group[3].Replica.Executed.Number == 1, 9); // A request waits for 10 before its replica passes it on.
        Assert.Equal(ReplicaSet.Of(group.Ids[1]).Union(ReplicaSet.Of(group.Ids[2])), AudienceOf(group[3]));
    }

    [Fact]
    public void Everybody_is_told_of_a_request_that_a_replica_had_to_ask_for()
    {
        var group = new TestGroup();
        group.Submit("a", 0, 1, 2);
        group.DeliverAll();
        group.TickUntil(() => group[3].Replica.Executed.Number == 1, 100);
        Assert.Equal(ReplicaSet.All, AudienceOf(group[3]));
    }

    [Fact]
    public void Everybody_is_told_of_a_request_that_has_waited_long()
    {
        var group = new TestGroup();
        group.Drop(envelope => envelope.Name == "commit");
        group.Submit("a");
        group.Tick(12);
        group.Heal();
        group.TickUntil(() => group[3].Replica.Executed.Number == 1, 20);
        Assert.Equal(ReplicaSet.All, AudienceOf(group[3]));
    }

    private static ReplicaSet AudienceOf(ReplicaHarness replica) => replica.Of<Execute>().Single().Audience;
}
