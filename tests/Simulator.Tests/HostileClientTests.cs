namespace KvStore.Simulator.Tests;

/// <summary>adversary.md rows 22, 23, 25 and 26.</summary>
public sealed class HostileClientTests
{
    [Fact]
    public void Clients_that_flood_contradict_themselves_and_show_requests_to_some_only_keep_nobody_from_being_served()
    {
        var settings = Scenario.Calm with { HostileClients = 2, HostileEvery = 5, FloodMax = 60 };
        var world = new World(13, settings, trace: null);
        for (var hostile = 0; hostile < settings.HostileClients; hostile++) new HostileClient(world, settings.Clients + hostile, world.Random.Fork()).Start();
        world.Start();
        Scenario.RunPositions(world, 60);
        Assert.Contains(world.History.Operations, operation => operation.GivenUp && world.Shards[0].Oracle.TryFindApplied(operation.Request!.Digest, out _, out _));
        Scenario.Finish(world);
    }
}
