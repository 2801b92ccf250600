using KvStore.Protocol;

namespace KvStore.Simulator.Tests;

/// <summary>The stories of adversary.md in which a replica lies, one for each way to lie. Drawn together they are <c>kv sim --profile byzantine</c>.</summary>
public sealed class LiarTests
{
    public static TheoryData<Lie> AllLies => [.. Lies.All];

    [Theory]
    [MemberData(nameof(AllLies))]
    public void Whatever_a_replica_lies_about_everybody_is_answered_and_the_correct_ones_agree(Lie lie)
    {
        var told = lie is Lie.Starve; // Not a word more or less: only a request that is never proposed.
        for (ulong seed = 7; seed == 7 || (!told && seed < 20); seed++)
        {
            var (world, liar) = WithLiar(lie, replica: 1, seed);
            world.RunTicks(200);
            DownFor(world, 3, 500); // It lags then, and fetches the state also from the liar.
            for (var round = 0; round < 3; round++) DownFor(world, 0, 200); // The liar leads.
            Scenario.Finish(world);
            told |= liar.Lies > 0; // A NewView in which there is nothing to lie about is not its fault.
        }

        Assert.True(told, $"{lie} was never told");
    }

    [Fact]
    public void A_primary_that_proposes_different_batches_to_different_backups_is_replaced()
    {
        var (world, _) = WithLiar(Lie.Equivocate, replica: 0);
        Scenario.RunPositions(world, 40);
        Assert.True(world.Shards[0].HighestView > 0);
        Scenario.Finish(world);
    }

    [Fact]
    public void A_certificate_that_a_liar_alone_held_and_hid_for_a_view_loses_against_what_was_committed_since()
    {
        var (world, liar) = WithLiar(Lie.Hoard, replica: 0);
        Scenario.RunPositions(world, 20);
        Assert.True(liar.Lies > 0);
        Assert.True(world.Shards[0].HighestView > 1);
        Scenario.Finish(world);
    }

    [Fact]
    public void A_primary_that_is_as_slow_as_the_time_out_allows_serves_everybody_in_the_end_and_is_replaced_where_it_is_monitored()
    {
        foreach (var monitor in new[] { null, new MonitorConfig() })
        {
            var (world, _) = WithLiar(Lie.JustInTime, replica: 0, monitor: monitor);
            world.RunTicks(1000);
            Assert.Equal(monitor is null ? 0UL : 1UL, world.Shards[0].HighestView);
            Scenario.Finish(world);
        }
    }

    [Fact]
    public void A_liar_is_correct_again_when_everybody_is_past_what_it_said()
    {
        var reformed = 0;
        for (ulong seed = 1; seed <= 6; seed++)
        {
            var world = new World(seed, Scenario.Calm with { LiesEvery = 60, LiesMax = 2, ReformChance = 10_000, OperationsPerClient = 150 }, trace: null);
            new LiarNemesis(world, world.Shards[0], world.Random.Fork()).Start();
            world.Start();
            world.RunTicks(1500);
            reformed += world.Shards[0].Machines.Count(machine => machine is { HasLied: true, Tamper: null });
            Scenario.Finish(world);
        }

        Assert.True(reformed > 0); // Not all: who has signed for a view far ahead stays a liar.
    }

    private static void DownFor(World world, int replica, int ticks)
    {
        world.Shards[0].Machines[replica].Stop(StopKind.PowerCut);
        world.RunTicks(ticks);
        world.Shards[0].Machines[replica].Start();
        world.RunTicks(100);
    }

    private static (World World, Liar Liar) WithLiar(Lie lie, int replica, ulong seed = 7, MonitorConfig? monitor = null)
    {
        var world = new World(seed, Scenario.Calm with { LiesEvery = 1, Monitor = monitor }, trace: null);
        var kit = Scenario.Kit(world, replica);
        var liar = new Liar(kit);
        liar.Tell([Lies.Make(lie, kit)]);
        world.Shards[0].Machines[replica].Tamper = liar;
        world.Start();
        return (world, liar);
    }
}
