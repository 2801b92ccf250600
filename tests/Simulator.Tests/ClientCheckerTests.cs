using System.Text;
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Simulator.Tests;

/// <summary>The checkers that know nothing but answers must notice an answer that is wrong.</summary>
public sealed class ClientCheckerTests
{
    private static readonly SwarmSettings _idle = Scenario.Calm with { OperationsPerClient = 0, MischiefChance = 0 };

    private static readonly string _one = KeySpace.Key(KeySpace.Twin, 0, "0");
    private static readonly string _other = KeySpace.Key(KeySpace.Twin, 1, "0");

    [Fact]
    public void An_acknowledged_append_that_stands_somewhere_else_is_noticed()
    {
        var world = Appended(out var append);
        append.Parts[0].Result = append.Parts[0].Result! with { Offset = 3 };
        AppendChecker.Check(world);
        Assert.Equal("Exactly once", world.Violations.All[0].Rule);
    }

    [Fact]
    public void A_refused_append_that_was_applied_is_noticed()
    {
        var world = Appended(out var append);
        append.Parts[0].Result = append.Parts[0].Result! with { Code = ResultCode.PreconditionFailed };
        AppendChecker.Check(world);
        Assert.Equal("Exactly once", world.Violations.All[0].Rule);
    }

    [Fact]
    public void An_append_whose_outcome_is_unknown_may_stand_there()
    {
        var world = Appended(out var append);
        append.Parts[0].Result = null;
        AppendChecker.Check(world);
        Assert.Empty(world.Violations.All);
    }

    // A client that asks another shard than that of its key is refused there; a liar that heard of it may hand what is signed to the right one.
    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void An_append_that_went_to_a_wrong_shard_alone_stands_there_only_if_a_liar_may_have_handed_it_on(bool liars, int violations)
    {
        var world = Appended(out var append);
        world.History.Operations[^1] = new ClientOperation(0, append.Intent, []) { Request = append.Request, Answered = append.Answered, GoesElsewhere = liars };
        AppendChecker.Check(world);
        Assert.Equal(violations, world.Violations.All.Count);
    }

    [Fact]
    public void Twins_that_are_seen_to_differ_are_noticed()
    {
        var world = Scenario.Start(_idle);
        Scenario.Do(world, Transaction(new Intent(OperationKind.Put, _one, "a"), new Intent(OperationKind.Put, _other, "a")));
        var seen = Scenario.Do(world, Transaction(new Intent(OperationKind.Get, _one), new Intent(OperationKind.Get, _other)));
        TwinChecker.Check(world);
        Assert.Empty(world.Violations.All);
        var results = StepView.ResultsOf(seen)!.Results;
        var forged = results.SetItem(1, results[1] with { Result = results[1].Result with { Value = Encoding.ASCII.GetBytes("b") } });
        world.History.Operations[^1].Parts[0].Result = seen with { Value = new StepResults(true, forged).ToBytes() };
        TwinChecker.Check(world);
        Assert.Equal("Transactions are atomic", world.Violations.All[0].Rule);
    }

    private static Intent Transaction(params ReadOnlySpan<Intent> steps) => new(OperationKind.Transaction, "") { Then = [.. steps] };

    private static World Appended(out ClientOperation append)
    {
        var world = Scenario.Start(_idle);
        Scenario.Do(world, new Intent(OperationKind.Append, KeySpace.Lonely(KeySpace.AppendOnly, 0), "one;"));
        append = world.History.Operations[^1];
        Scenario.Finish(world);
        return world;
    }
}
