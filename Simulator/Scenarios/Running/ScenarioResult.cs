using System.Collections.Immutable;

namespace KvStore.Simulator.Scenarios;

/// <summary>How a scenario went.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Wrong">What was not as it must be; empty when it passed.</param>
/// <param name="Failures">How its failures went, in the order of the lines.</param>
/// <param name="Counts">What was counted, by <see cref="ExpectedCount.Measures"/>.</param>
/// <param name="TraceHash">A hash over all that happened: equal for equal runs.</param>
public sealed record ScenarioResult(
    ScenarioFile Scenario, ImmutableArray<string> Wrong, IReadOnlyList<FailureState> Failures, ImmutableSortedDictionary<string, long> Counts, ulong TraceHash)
{
    /// <summary>Whether everything was as it must be.</summary>
    public bool Passed => Wrong.IsEmpty;

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", Counts.Select(count => $"{count.Key} {count.Value}"));
}
