using System.Diagnostics;
using System.Reflection;
using System.Runtime;
using KvStore.Cli.Bench.Measuring;
using KvStore.Protocol;

namespace KvStore.Cli.Bench.Reports;

/// <summary>Puts together what a run has to say.</summary>
internal static class Reporting
{
    /// <summary>The report.</summary>
    public static BenchReport Of(BenchSettings settings, TargetReport target, BenchResult result, double before, double after)
    {
        var all = new LatencyHistogram();
        foreach (var histogram in result.Total.Latencies.Values) all.Add(histogram);
        var throughput = result.Total.CompletedInside / result.Seconds;
        var mean = (before + after) / 2;
        return new BenchReport(
            MachineOf(),
            target,
            WorkloadOf(settings),
            result.Seconds,
            result.Total.CompletedInside,
            throughput,
            LatencyReport.Of(all),
            result.Total.Latencies.ToDictionary(each => NameOf(each.Key), each => LatencyReport.Of(each.Value)),
            result.Total.Errors,
            new VerificationReport(before, after, mean, throughput / mean),
            new SigningReport(SigningIn(settings, target, result), result.SignedAhead, result.SignedInside),
            result.Lags is null ? null : LatencyReport.Of(result.Lags),
            result.Samples);
    }

    private static MachineReport MachineOf() => new(
        Environment.ProcessorCount,
        Environment.Version.ToString(),
        GCSettings.IsServerGC,
        typeof(Reporting).Assembly.GetCustomAttribute<DebuggableAttribute>() is not { IsJITOptimizerDisabled: true },
        Ed25519.Instance.BackendName);

    private static WorkloadReport WorkloadOf(BenchSettings settings) => new(
        settings.Workload.Name,
        NameOf(settings.Distribution),
        settings.Keys,
        settings.ValueBytes,
        settings.Seed,
        NameOf(settings.Consistency),
        settings.Clients,
        settings.Rate,
        settings.Rate is null ? null : settings.EvenArrivals ? "uniform" : "poisson",
        settings.Operations is null ? settings.Warmup.TotalSeconds : 0);

    private static string SigningIn(BenchSettings settings, TargetReport target, BenchResult result) => result switch
    {
        _ when target.IsEtcd => "nothing: etcd takes no signatures",
        _ when !target.Signed => "by the gateway, in the clients' place",
        _ when !settings.Workload.Writes && !settings.SignReads => "nothing: reads are not signed",
        { SignedInside: null } => "by the clients, inside the measurement",
        { SignedAhead: 0 } => "inside the measurement",
        { SignedInside: 0 } => "before the measurement",
        _ => "before the measurement as far as that lasted, then inside it",
    };

    private static string NameOf<TEnum>(TEnum value)
        where TEnum : struct, Enum => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
