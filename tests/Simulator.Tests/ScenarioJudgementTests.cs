using KvStore.Simulator.Scenarios;

namespace KvStore.Simulator.Tests;

/// <summary>A scenario passes only when all came about that it says.</summary>
public sealed class ScenarioJudgementTests
{
    private const string Work = "workload[0] = put('movie','star'); append('movie',' wars'); get('movie')\n";

    [Theory]
    [InlineData("failures[0,3] = client_request(0,9),drop()")]
    [InlineData("failures[1,3] = shuttle(0,1),change_result()")]
    [InlineData("failures[0,3] = new_configuration(-1,1),crash()")]
    [InlineData("failures[0,3] = get_running_state(-1,1),extra_op()")]
    public void A_failure_that_had_no_occasion_fails_the_scenario(string failure)
    {
        var wrong = Assert.Single(Run(Work + failure).Wrong);
        Assert.Contains("line 2", wrong, StringComparison.Ordinal);
        Assert.Contains("has not happened", wrong, StringComparison.Ordinal);
        Assert.True(Run($"{Work}{failure} never").Passed);
    }

    [Fact]
    public void A_failure_whose_trigger_occurs_and_which_changes_nothing_fails_the_scenario()
    {
        // Without a view change no history is told that could be cut.
        var result = Run(Work + "failures[0,3] = shuttle(0,1),truncate_history(1)");
        Assert.Contains("although its trigger has", Assert.Single(result.Wrong), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_never_to_happen_must_not() =>
        Assert.Contains("was never to", Assert.Single(Run(Work + "failures[0,3] = shuttle(0,1),drop() never").Wrong), StringComparison.Ordinal);

    [Theory]
    [InlineData("expect = view_changes >= 1", "view_changes")]
    [InlineData("expect = answers = 2", "answers")]
    [InlineData("expect = answers <= 2", "answers")]
    [InlineData("expect['movie'] = 'star'", "'star wars'")]
    [InlineData("expect['movie'] = absent", "absent")]
    [InlineData("expect['film'] = 'star'", "is absent")]
    public void What_is_expected_and_does_not_come_fails_the_scenario(string expectation, string named) =>
        Assert.Contains(named, Assert.Single(Run(Work + expectation).Wrong), StringComparison.Ordinal);

    [Fact]
    public void What_comes_as_expected_passes()
    {
        var result = Run(Work + "expect = view_changes = 0; answers = 3; retries = 0; evidence = 0; rejections = 0; state_transfers = 0\nexpect['movie'] = 'star wars'\nexpect['film'] = absent");
        Assert.Empty(result.Wrong);
        Assert.Equal(ExpectedCount.Measures.Order(StringComparer.Ordinal), result.Counts.Keys);
    }

    [Fact]
    public void More_than_t_may_be_down_and_what_waits_is_answered_when_they_are_back()
    {
        var result = Run(Work + "failures[0,1] = shuttle(0,2),crash()\nfailures[0,2] = shuttle(0,2),crash()\nfailures[0,3] = shuttle(0,2),crash()\nexpect['movie'] = 'star wars'");
        Assert.Empty(result.Wrong);
    }

    [Fact]
    public void A_replica_that_only_omitted_things_is_judged_as_a_correct_one_in_the_end()
    {
        var engine = new ScenarioEngine(ScenarioFiles.Of(Work + "failures[0,3] = shuttle(0,1),drop()"), (_, _) => { });
        Assert.False(engine.IsCorrectAgain(3));
        Assert.Equal([3], engine.Replicas);
    }

    private static ScenarioResult Run(string text) => ScenarioSimulation.Run(ScenarioFiles.Of(text));
}
