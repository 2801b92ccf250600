using KvStore.Protocol;

namespace KvStore.Simulator.Tests;

/// <summary>Several shards: they share clients, members' keys and time, and nothing else.</summary>
public sealed class ShardTests
{
    private static readonly SwarmSettings _two = Scenario.Calm with { Shards = 2 };

    [Fact]
    public void A_request_for_a_key_of_another_shard_is_refused_there_and_its_own_shard_carries_it_out()
    {
        var world = Scenario.Start(_two with { MischiefChance = 9000, OperationsPerClient = 200 });
        Assert.True(world.RunUntil(() => world.Clients.All(client => client.IsDone), 50_000));
        Scenario.Finish(world);
        var misdirected = world.History.Operations.Where(operation => operation.Parts.Any(part => part.Result is { Code: ResultCode.WrongShard })).ToList();
        Assert.Contains(misdirected, operation => operation.Parts.Length == 1 && operation.Request is null);
        Assert.Contains(misdirected, operation => operation.Parts.Length == 1 && operation.Request is not null);
        Assert.Contains(misdirected, operation => operation.Parts.Length == 2 && operation.Parts.Any(part => part.Result is { Code: ResultCode.Ok }));
    }

    [Fact]
    public void A_shard_without_a_quorum_does_not_hold_up_the_others()
    {
        var world = Scenario.Start(_two with { UnderWayMax = 100 }); // Or clients would wait for the shard that does not answer.
        Scenario.RunPositions(world, 10);
        world.Shards[0].Machines[0].Stop(StopKind.Kill);
        world.Shards[0].Machines[1].Stop(StopKind.Kill);
        world.RunTicks(100);
        var (stuck, goesOn) = (world.Shards[0].Agreement.Count, world.Shards[1].Agreement.Count);
        world.RunTicks(300);
        Assert.Equal(stuck, world.Shards[0].Agreement.Count);
        Assert.True(world.Shards[1].Agreement.Count > goesOn);
        Scenario.Finish(world);
    }

    [Fact]
    public void Statements_that_stray_into_another_shard_are_refused_although_their_signer_is_a_member_there_too()
    {
        var world = Scenario.Start(_two with { StrayChance = 3000 });
        world.RunTicks(1000);
        Assert.True(world.Rejections[RejectionKind.BadSignature] > 100);
        Scenario.Finish(world);
        Assert.All(world.Shards, shard => Assert.Equal(0UL, shard.HighestView));
    }

    [Theory]
    [InlineData("a", 2)]
    [InlineData("a", 3)]
    [InlineData("user:{42}:name", 3)]
    [InlineData("{}{42}", 3)]
    [InlineData("}{42", 5)]
    [InlineData("{{42}}", 7)]
    public void The_checkers_own_rule_of_shards_agrees_with_the_product(string key, int shards) =>
        Assert.Equal((int)new ShardMap(shards).ShardOf(System.Text.Encoding.ASCII.GetBytes(key)).Number, ShardRule.Of(key, shards));
}
