namespace KvStore.Simulator.Tests;

/// <summary>adversary.md row 2. All scenarios are <c>kv sim --twins</c>; here are some of each kind.</summary>
public sealed class TwinsTests
{
    private const int Stride = 97;

    [Fact]
    public void Two_copies_of_one_replica_never_make_two_correct_ones_execute_different_batches()
    {
        var result = TwinsRun.Run(first: 0, Stride);
        TestContext.Current.TestOutputHelper?.WriteLine($"{result.Scenarios} of {TwinsRun.Count} scenarios");
        Assert.Empty(result.Failures);
        Assert.True(result.Scenarios > 1000);
    }

    [Fact]
    public void Every_scenario_is_there_once_up_to_the_copies_names()
    {
        var scenarios = TwinsScenarios.All().Where((_, number) => number % Stride == 0).ToList();
        var all = TwinsScenarios.All().Select(scenario => scenario.ToString()).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(TwinsRun.Count, all.Count);
        foreach (var scenario in scenarios)
        {
            var swapped = scenario with { Periods = [.. scenario.Periods.Select(period => period.Swapped(scenario.Twin))] };
            Assert.True(swapped.ToString() == scenario.ToString() || !all.Contains(swapped.ToString()));
        }

        Assert.Equal(4, scenarios.Select(scenario => scenario.Twin).Distinct().Count());
    }
}
