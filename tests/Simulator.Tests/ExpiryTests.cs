using KvStore.Protocol;

namespace KvStore.Simulator.Tests;

/// <summary>Keys with a time to live in a group that nobody asks for anything.</summary>
public sealed class ExpiryTests
{
    private const int ExpiredInOneBatchMax = 1024;
    private const int SoonTicks = 20;

    private static readonly SwarmSettings _idle = Scenario.Calm with { OperationsPerClient = 0 };

    [Fact]
    public void A_key_expires_in_an_idle_group_and_then_nothing_is_ordered_any_more()
    {
        var world = Scenario.Start(_idle);
        var expires = PutFor(world, "e0", seconds: 2);
        RunTo(world, expires, SoonTicks);
        Assert.Empty(world.Shards[0].Oracle.Latest.Keys);
        Assert.Equal(2UL, world.Shards[0].Oracle.Latest.Revision);
        var positions = world.Shards[0].Agreement.Count;
        world.RunTicks(1000);
        Assert.Equal(positions, world.Shards[0].Agreement.Count);
        Scenario.Finish(world);
    }

    [Fact]
    public void A_key_is_there_until_its_time_has_come()
    {
        var world = Scenario.Start(_idle);
        var expires = PutFor(world, "e0", seconds: 2);
        RunTo(world, expires, -SoonTicks);
        Assert.Equal(ResultCode.Ok, Scenario.Do(world, new Intent(OperationKind.Get, "e0")).Code);
        Assert.Equal(ResultCode.PreconditionFailed, Scenario.Do(world, new Intent(OperationKind.Create, "e0", "again")).Code);
        RunTo(world, expires, SoonTicks);
        Assert.Equal(ResultCode.NotFound, Scenario.Do(world, new Intent(OperationKind.Get, "e0")).Code);
        Assert.Equal(ResultCode.Created, Scenario.Do(world, new Intent(OperationKind.Create, "e0", "again")).Code);
        Scenario.Finish(world);
    }

    [Fact]
    public void A_primary_that_lets_no_key_expire_is_replaced()
    {
        var world = Scenario.Start(_idle);
        var expires = PutFor(world, "e0", seconds: 2);
        world.Shards[0].Machines[0].Stop(StopKind.Kill);
        var skewTicks = (int)_idle.Consensus.ClockSkewMaxMilliseconds / _idle.Consensus.TickMilliseconds;
        RunTo(world, expires, skewTicks + 4 * (int)_idle.Consensus.RequestTimeoutTicks);
        Assert.Empty(world.Shards[0].Oracle.Latest.Keys);
        Assert.True(world.Shards[0].HighestView > 0);
        Scenario.Finish(world);
    }

    [Fact]
    public void Of_many_keys_that_are_due_at_once_a_batch_lets_only_so_many_expire_and_the_next_one_the_rest()
    {
        const int perRequest = 40;
        const int requests = 30;
        var world = Scenario.Start(_idle with { MischiefChance = 0 });
        for (var i = 0; i < requests; i++)
        {
            var first = i * perRequest;
            Scenario.Do(world, new Intent(OperationKind.Batch, "") { Then = [.. Enumerable.Range(first, perRequest).Select(key => new Intent(OperationKind.Put, $"e{key}", "x") { TimeToLive = 4 })] });
        }

        world.Shards[0].Network.Partition(index => index < 2);
        world.RunTicks(600);
        Assert.Equal(perRequest * requests, world.Shards[0].Oracle.Latest.Keys.Count);
        world.Shards[0].Network.Mend();
        Assert.True(world.RunUntil(() => world.Shards[0].Oracle.Latest.Keys.IsEmpty, 3000), LivenessChecker.Dump(world));
        var counts = Enumerable.Range(0, world.Shards[0].Agreement.Count).Select(position => world.Shards[0].Oracle.At(new SequenceNumber((ulong)position))!.Keys.Count).ToList();
        Assert.Contains(ExpiredInOneBatchMax, counts.Zip(counts.Skip(1), (before, after) => before - after));
        Scenario.Finish(world);
    }

    private static Timestamp PutFor(World world, string key, int seconds) => Scenario.Do(world, new Intent(OperationKind.Put, key, "x") { TimeToLive = seconds }).Expires;

    private static void RunTo(World world, Timestamp time, int ticksLater) =>
        world.RunTicks(((long)time.UnixMilliseconds - World.Epoch - world.Queue.Now) / world.Settings.Consensus.TickMilliseconds + ticksLater);
}
