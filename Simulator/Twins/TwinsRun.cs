using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>How a run of many scenarios with twins went.</summary>
/// <param name="Scenarios">How many there were.</param>
/// <param name="Failures">Those that went wrong, with their numbers and what was seen.</param>
public sealed record TwinsResult(int Scenarios, IReadOnlyList<string> Failures);

/// <summary>Runs scenarios with twins, systematically.</summary>
public static class TwinsRun
{
    /// <summary>How many scenarios there are.</summary>
    public static int Count => TwinsScenarios.All().Count();

    /// <summary>Runs every <paramref name="stride"/>th scenario from <paramref name="first"/> on; every scenario is numbered, and the same number is the same scenario.</summary>
    /// <param name="first">The number of the first one, from 0.</param>
    /// <param name="stride">How far the next one is.</param>
    /// <param name="untilFailure">Whether to stop at the first one that goes wrong.</param>
    public static TwinsResult Run(int first = 0, int stride = 1, bool untilFailure = false)
    {
        var failures = new List<string>();
        var count = 0;
        foreach (var (number, scenario) in TwinsScenarios.All().Index())
        {
            if (number < first || (number - first) % stride != 0) continue;
            count++;
            if (Judge(scenario) is not { } found) continue;
            failures.Add($"{number}: {scenario}: {found}");
            if (untilFailure) break;
        }

        return new TwinsResult(count, failures);
    }

    // A correct replica whose own state is broken says so by an exception, which ends its process; here it is a finding.
    private static string? Judge(TwinsScenario scenario)
    {
        try
        {
            return new TwinsGroup(scenario.Twin).Run(scenario);
        }
        catch (InvariantBrokenException broken)
        {
            return broken.ToString();
        }
    }
}
