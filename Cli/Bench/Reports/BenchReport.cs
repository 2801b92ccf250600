namespace KvStore.Cli.Bench.Reports;

/// <summary>All that a run has to say, with the names that it has in JSON.</summary>
/// <param name="Machine">Where it ran.</param>
/// <param name="Target">What was measured.</param>
/// <param name="Workload">Under which load.</param>
/// <param name="Seconds">How long the measured time was.</param>
/// <param name="Operations">Operations that ended well inside it.</param>
/// <param name="Throughput">The same a second.</param>
/// <param name="Latency">Latencies of all operations that were meant to begin inside it, whenever they ended.</param>
/// <param name="LatencyByKind">The same by kind of operation.</param>
/// <param name="Errors">Operations that failed, by the problem's code.</param>
/// <param name="Verification">The machine's own verification rate.</param>
/// <param name="Signing">Where requests were signed.</param>
/// <param name="Lag">Open loop: how much later than due operations were begun; the latencies contain it.</param>
/// <param name="Samples">What was going on in each interval, in this process.</param>
internal sealed record BenchReport(
    MachineReport Machine,
    TargetReport Target,
    WorkloadReport Workload,
    double Seconds,
    long Operations,
    double Throughput,
    LatencyReport Latency,
    IReadOnlyDictionary<string, LatencyReport> LatencyByKind,
    IReadOnlyDictionary<string, long> Errors,
    VerificationReport Verification,
    SigningReport Signing,
    LatencyReport? Lag,
    IReadOnlyList<Measuring.Sample> Samples);

/// <summary>Where a run took place.</summary>
/// <param name="Cores">Cores that this process may use.</param>
/// <param name="Runtime">The version of .NET.</param>
/// <param name="ServerGc">Whether the collector has a heap for each core.</param>
/// <param name="Optimized">Whether this is a Release build; figures of another one say nothing.</param>
/// <param name="Ed25519">The signature library.</param>
internal sealed record MachineReport(int Cores, string Runtime, bool ServerGc, bool Optimized, string Ed25519);

/// <summary>What was measured.</summary>
/// <param name="Name">What it is, or its address.</param>
/// <param name="Signed">Whether the clients sign what they write; a gateway for development signs in their place otherwise.</param>
/// <param name="InThisProcess">Whether it shared the cores with the load; the samples are its own only then.</param>
/// <param name="Shards">Its shards, if this process brought it up.</param>
/// <param name="Replicas">Replicas of each, if this process brought it up.</param>
/// <param name="IsEtcd">Whether it is an etcd cluster, for comparison.</param>
internal sealed record TargetReport(string Name, bool Signed, bool InThisProcess, int? Shards, int? Replicas, bool IsEtcd = false);

/// <summary>The load.</summary>
/// <param name="Name">The workload.</param>
/// <param name="Distribution">How keys were chosen.</param>
/// <param name="Keys">How many keys there were at first.</param>
/// <param name="ValueBytes">The length of a value.</param>
/// <param name="Seed">From which all was drawn.</param>
/// <param name="Consistency">How fresh reads were.</param>
/// <param name="Clients">Operations under way, at most.</param>
/// <param name="Rate">Open loop: operations due a second.</param>
/// <param name="Arrivals">Open loop: how they were spread.</param>
/// <param name="WarmupSeconds">The time before the measured time.</param>
internal sealed record WorkloadReport(
    string Name, string Distribution, long Keys, int ValueBytes, ulong Seed, string Consistency, int Clients, double? Rate, string? Arrivals, double WarmupSeconds);

/// <summary>Latencies in microseconds.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="P50Microseconds">The median.</param>
/// <param name="P99Microseconds">The 99th percentile.</param>
/// <param name="P999Microseconds">The 99.9th percentile.</param>
/// <param name="MaxMicroseconds">The largest.</param>
/// <param name="MeanMicroseconds">The mean.</param>
internal sealed record LatencyReport(
    long Count, double P50Microseconds, double P99Microseconds, double P999Microseconds, double MaxMicroseconds, double MeanMicroseconds)
{
    private const double NanosecondsPerMicrosecond = 1000;

    /// <summary>What a histogram says.</summary>
    public static LatencyReport Of(Measuring.LatencyHistogram histogram) => new(
        histogram.Count,
        histogram.Quantile(0.5) / NanosecondsPerMicrosecond,
        histogram.Quantile(0.99) / NanosecondsPerMicrosecond,
        histogram.Quantile(0.999) / NanosecondsPerMicrosecond,
        histogram.Max / NanosecondsPerMicrosecond,
        histogram.Mean / NanosecondsPerMicrosecond);
}

/// <summary>V, measured in the same run.</summary>
/// <param name="Before">Verifications a second on all cores, before the load.</param>
/// <param name="After">The same after it.</param>
/// <param name="Mean">The mean of the two: V.</param>
/// <param name="Ratio">The throughput in V.</param>
internal sealed record VerificationReport(double Before, double After, double Mean, double Ratio);

/// <summary>Where requests were signed.</summary>
/// <param name="Where">In words.</param>
/// <param name="SignedAhead">Operations made ready before the measured time.</param>
/// <param name="SignedInside">Operations signed as part of their latency; null when the target does not say.</param>
internal sealed record SigningReport(string Where, long SignedAhead, long? SignedInside);
