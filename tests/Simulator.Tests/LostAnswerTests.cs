namespace KvStore.Simulator.Tests;

/// <summary>adversary.md row 24: whatever happens to an answer, the same request again gives the first result, and nothing is applied twice.</summary>
public sealed class LostAnswerTests
{
    [Fact]
    public void Clients_that_lose_most_answers_try_again_elsewhere_and_nothing_is_applied_twice()
    {
        var world = Scenario.Start(Scenario.Calm with { LostAnswerChance = 8000, MischiefChance = 0 });
        world.RunTicks(3000);
        Assert.True(world.Clients.Sum(client => client.LostAnswers) > 100);
        Scenario.Finish(world);
        Assert.All(world.History.Operations, operation => Assert.NotNull(operation.Answered));
    }

    [Fact]
    public void A_gateway_that_fails_when_it_should_answer_leaves_its_client_to_the_others()
    {
        var world = Scenario.Start(Scenario.Calm with { MischiefChance = 0 });
        for (var round = 0; round < 20; round++)
        {
            var machine = world.Shards[0].Machines[round % world.Shards[0].Machines.Length];
            machine.FailsAtAnswer = true;
            Assert.True(world.RunUntil(() => machine.Process is null, 2000), LivenessChecker.Dump(world));
            machine.Start();
        }

        Scenario.Finish(world);
        Assert.Equal(20, world.Clients.Sum(client => client.LostAnswers));
        Assert.All(world.History.Operations, operation => Assert.NotNull(operation.Answered));
    }

    [Fact]
    public void A_request_that_expires_before_it_is_answered_has_an_unknown_outcome_and_is_applied_at_most_once()
    {
        var world = Scenario.Start(Scenario.Calm with { RequestLifeSeconds = 2, LostAnswerChance = 9500 });
        world.RunTicks(1000);
        Assert.Contains(world.History.Operations, operation => operation.GivenUp && world.Shards[0].Oracle.TryFindApplied(operation.Request!.Digest, out _, out _));
        Scenario.Finish(world);
    }
}
