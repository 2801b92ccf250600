using KvStore.Cli.Bench.Workloads;
using KvStore.Client;

namespace KvStore.Cli.Bench;

/// <summary>What one run is to measure, and how.</summary>
internal sealed record BenchSettings
{
    /// <summary>The mix of operations.</summary>
    public required Workload Workload { get; init; }

    /// <summary>How keys are chosen.</summary>
    public required KeyDistribution Distribution { get; init; }

    /// <summary>Closed loop: clients, each with one operation under way. Open loop: operations under way, at most.</summary>
    public required int Clients { get; init; }

    /// <summary>Open loop: operations a second that are due; null for a closed loop.</summary>
    public double? Rate { get; init; }

    /// <summary>Open loop: whether operations are due at even distances, rather than as a Poisson process has them.</summary>
    public bool EvenArrivals { get; init; }

    /// <summary>The measured time.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The time before it, under the same load.</summary>
    public required TimeSpan Warmup { get; init; }

    /// <summary>Closed loop: carry out so many operations, without warming up, however long that takes; null to go by time.</summary>
    public long? Operations { get; init; }

    /// <summary>The length of a value in bytes.</summary>
    public required int ValueBytes { get; init; }

    /// <summary>How many keys there are.</summary>
    public required long Keys { get; init; }

    /// <summary>From which all operations are drawn.</summary>
    public required ulong Seed { get; init; }

    /// <summary>How fresh reads are.</summary>
    public Consistency Consistency { get; init; }

    /// <summary>Through HTTP: whether reads are signed as well. A certified one always is, because it is ordered.</summary>
    public bool SignReads { get; init; }

    /// <summary>How often a sample is taken.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>How long each of the two measurements of the machine's verification rate takes.</summary>
    public required TimeSpan VerificationTime { get; init; }

    /// <summary>Below HTTP: whether requests are signed before the measured time, as many as may be needed.</summary>
    public bool SignAhead { get; init; }

    /// <summary>The plan that the clients share.</summary>
    public WorkloadPlan NewPlan() => new(Workload, Distribution, ValueBytes, Seed, new KeySpace(Keys));
}
