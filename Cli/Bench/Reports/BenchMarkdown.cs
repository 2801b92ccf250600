using System.Globalization;

namespace KvStore.Cli.Bench.Reports;

/// <summary>The report as a row of a table in Markdown, for documents that hold many runs.</summary>
internal static class BenchMarkdown
{
    private const double MicrosecondsPerMillisecond = 1000;

    /// <summary>The table's head.</summary>
    public const string Header =
        "| workload | target | replicas | shards | load | op/s | V | op/s / V | p50 ms | p99 ms | p99.9 ms | errors |\n"
        + "| --- | --- | --: | --: | --- | --: | --: | --: | --: | --: | --: | --: |";

    /// <summary>The row.</summary>
    public static string RowOf(BenchReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {report.Workload.Name} | {report.Target.Name} | {report.Target.Replicas} | {report.Target.Shards} | {LoadOf(report.Workload)} | {report.Throughput:#,0} | {report.Verification.Mean:#,0} | {report.Verification.Ratio:0.00} | {report.Latency.P50Microseconds / MicrosecondsPerMillisecond:0.00} | {report.Latency.P99Microseconds / MicrosecondsPerMillisecond:0.00} | {report.Latency.P999Microseconds / MicrosecondsPerMillisecond:0.00} | {report.Errors.Values.Sum():#,0} |");

    private static string LoadOf(WorkloadReport workload) => workload.Rate is { } rate
        ? string.Create(CultureInfo.InvariantCulture, $"{rate:#,0.#} a second")
        : string.Create(CultureInfo.InvariantCulture, $"{workload.Clients} {(workload.Clients == 1 ? "client" : "clients")}");
}
