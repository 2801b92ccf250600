namespace KvStore.Simulator;

/// <summary>Which faults a seed draws from.</summary>
public enum SimulationProfile
{
    /// <summary>Those of network, processes, clocks and liars, and power cuts.</summary>
    Mixed,

    /// <summary>The same, and disks that decay and become full, more often.</summary>
    Disk,

    /// <summary>The same, and up to f replicas at a time that lie in every way known, and hostile clients.</summary>
    Byzantine,

    /// <summary>None that anybody should be voted out for: processes that stall, slow disks, late messages; in every second run a primary that is as slow as the time-out allows.</summary>
    Noise,
}

/// <summary>What a simulation does besides what its seed draws.</summary>
public sealed record SimulationOptions
{
    /// <summary>Where the lines of the trace go; null for no trace.</summary>
    public Action<string>? Trace { get; init; }

    /// <summary>Which faults the seed draws from.</summary>
    public SimulationProfile Profile { get; init; }

    /// <summary>The settings to use in place of drawn ones; null to draw them.</summary>
    public Func<SwarmSettings, SwarmSettings>? Adjust { get; init; }
}

/// <summary>A promise that was not kept.</summary>
/// <param name="Rule">Which promise.</param>
/// <param name="Tick">When, in ticks since the beginning.</param>
/// <param name="Detail">What was seen.</param>
public sealed record Violation(string Rule, long Tick, string Detail)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Rule} at tick {Tick}: {Detail}";
}

/// <summary>How a simulation went.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Steps">Events that happened.</param>
/// <param name="Ticks">Simulated time, in ticks.</param>
/// <param name="Operations">Clients' operations that were answered.</param>
/// <param name="Batches">Positions that were executed.</param>
/// <param name="TraceHash">A hash over all that happened: equal for equal runs.</param>
/// <param name="Violations">The promises that were not kept; the run ends soon after the first.</param>
/// <param name="Summary">What was drawn and what happened, in a line.</param>
public sealed record SimulationResult(
    ulong Seed, long Steps, long Ticks, int Operations, int Batches, ulong TraceHash, IReadOnlyList<Violation> Violations, string Summary)
{
    /// <summary>Whether every promise was kept.</summary>
    public bool Passed => Violations.Count == 0;
}
