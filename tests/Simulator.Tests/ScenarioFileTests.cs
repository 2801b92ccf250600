using KvStore.Simulator.Scenarios;

namespace KvStore.Simulator.Tests;

/// <summary>The scenarios of the repository: each failure happens, each request is answered, and every promise holds.</summary>
public sealed class ScenarioFileTests
{
    public static TheoryData<string> Names => [.. ScenarioFiles.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_scripted_happens_and_breaks_nothing(string name)
    {
        var result = ScenarioSimulation.Run(ScenarioFiles.Read(name));
        Assert.True(result.Passed, string.Join('\n', [result.ToString(), .. result.Failures.Select(failure => $"{failure.Script}: {failure.Fired}"), .. result.Wrong]));
    }

    [Fact]
    public void Every_trigger_and_every_failure_of_the_issue_is_in_a_file()
    {
        var failures = ScenarioFiles.Names.Select(ScenarioFiles.Read).SelectMany(scenario => scenario.Failures).Where(failure => !failure.Never).ToList();
        string[] triggers = ["client_request", "forwarded_request", "shuttle", "result_shuttle", "wedge_request", "new_configuration", "checkpoint", "completed_checkpoint", "get_running_state", "catch_up"];
        string[] ways =
        [
            "change_operation", "change_result", "drop_result_stmt", "invalid_order_sig", "invalid_result_sig", "crash", "truncate_history", "sleep", "drop", "increment_slot", "extra_op",
            "drop_checkpt_stmts", "omit_send", "offline", "falsify", "vary", "delays_preprepare", "duplicate_three_phase", "wrong_digest", "faulty_reply", "partial_send",
        ];
        Assert.Equal(triggers.Order(StringComparer.Ordinal), ScenarioWords.Triggers.Select(word => word.Name).Order(StringComparer.Ordinal));
        Assert.Equal(ways.Order(StringComparer.Ordinal), ScenarioWords.Failures.Select(word => word.Name).Order(StringComparer.Ordinal));
        Assert.All(ScenarioWords.Failures, word => Assert.Same(word, ScenarioWords.Of(word.Kind)));
        Assert.Empty(ScenarioWords.Triggers.Where(word => failures.All(failure => failure.Trigger != word.Kind)));
        Assert.Empty(ScenarioWords.Failures.Where(word => failures.All(failure => failure.Kind != word.Kind)));
    }

    [Fact]
    public void Every_numbered_case_of_the_test_bed_has_a_file() =>
        Assert.Equal(Enumerable.Range(1, 27), ScenarioFiles.Names.Where(name => name.StartsWith("bcr-", StringComparison.Ordinal)).Select(name => int.Parse(name.AsSpan(4, 2))).Distinct());

    [Fact]
    public void A_file_for_a_pair_is_named_for_it()
    {
        foreach (var name in ScenarioFiles.Names.Where(name => name.StartsWith("pairs/", StringComparison.Ordinal)))
        {
            var parts = name.Split('/', '.', '-');
            var pairs = ScenarioFiles.Read(name).Failures.Select(failure => (Trigger: ScenarioWords.Triggers.Single(word => word.Kind == failure.Trigger).Name, Failure: ScenarioWords.Of(failure.Kind).Name));
            Assert.Contains((parts[1], parts[2]), pairs);
        }
    }

    [Fact]
    public void The_same_file_gives_the_same_run()
    {
        var scenario = ScenarioFiles.Read("ccro/vary-commander.scenario");
        Assert.Equal(ScenarioSimulation.Run(scenario).TraceHash, ScenarioSimulation.Run(scenario).TraceHash);
        Assert.NotEqual(ScenarioSimulation.Run(scenario).TraceHash, ScenarioSimulation.Run(scenario with { Seed = 77 }).TraceHash);
    }
}
