namespace KvStore.Simulator.Tests;

/// <summary>adversary.md row 4.</summary>
public sealed class ForgedNewViewTests
{
    [Theory]
    [InlineData(Lie.OmitInNewView)]
    [InlineData(Lie.BlankInNewView)]
    [InlineData(Lie.ReorderInNewView)]
    [InlineData(Lie.InventInNewView)]
    internal void A_NewView_that_does_not_follow_from_its_ViewChanges_is_refused_and_the_group_goes_on(Lie forgery)
    {
        var world = new World(5, Scenario.Calm, trace: null);
        var forger = new NewViewForger(Scenario.Kit(world, 1), forgery);
        world.Shards[0].Machines[1].Tamper = forger;
        world.Start();
        for (var round = 0; round < 3; round++)
        {
            Scenario.RunPositions(world, 11);
            world.Shards[0].Machines[0].Stop(StopKind.Kill);
            world.RunTicks(200);
            world.Shards[0].Machines[0].Start();
        }

        Assert.True(forger.Forged > 0);
        Assert.True(world.Rejections.ContainsKey(KvStore.Protocol.RejectionKind.BadJustification));
        Scenario.Finish(world);
    }
}
