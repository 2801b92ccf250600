using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace KvStore.Cli.Bench.Reports;

/// <summary>The report for people.</summary>
internal static class BenchTable
{
    /// <summary>The table.</summary>
    public static IRenderable Of(BenchReport report) => new Rows(Summary(report), Latencies(report));

    private static Table Summary(BenchReport report)
    {
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumns("", "");
        Row("workload", $"{report.Workload.Name}, {report.Workload.ValueBytes} bytes, {Whole(report.Workload.Keys)} keys ({report.Workload.Distribution}), seed {report.Workload.Seed}, {report.Workload.Consistency} reads");
        Row("load", report.Workload.Rate is { } rate
            ? Text($"open loop, {rate:#,0.#} operations a second ({report.Workload.Arrivals}), at most {report.Workload.Clients} under way")
            : $"closed loop, {report.Workload.Clients} clients");
        Row("target", report.Target.Name + (report.Target.Shards is { } shards ? $"; {shards} {(shards == 1 ? "shard" : "shards")} of {report.Target.Replicas} replicas" : ""));
        Row("signing", report.Signing.Where + (report.Signing.SignedInside is > 0 and var inside && report.Signing.SignedAhead > 0 ? $" ({Whole(inside)} of them)" : ""));
        Row("machine", $"{report.Machine.Cores} cores, .NET {report.Machine.Runtime}, {report.Machine.Ed25519}{(report.Machine.Optimized ? "" : "; a Debug build, whose figures say nothing")}");
        Row("measured", Text($"{report.Seconds:0.##} s after {report.Workload.WarmupSeconds:0.##} s of warming up"));
        Row("throughput", Text($"{report.Throughput:#,0} operations a second"));
        Row("V", Text($"{report.Verification.Mean:#,0} verifications a second ({report.Verification.Before:#,0} before, {report.Verification.After:#,0} after)"));
        Row("throughput / V", Text($"{report.Verification.Ratio:0.000}"));
        Row("errors", report.Errors.Count == 0 ? "none" : string.Join(", ", report.Errors.Select(error => $"{error.Key} {Whole(error.Value)}")));
        return table;

        void Row(string name, string value) => table.AddRow(new Text(name), new Text(value));
    }

    private static Table Latencies(BenchReport report)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("latency in ms", "count", "p50", "p99", "p99.9", "max", "mean");
        for (var i = 1; i < table.Columns.Count; i++) table.Columns[i].RightAligned();
        foreach (var (kind, latency) in report.LatencyByKind) Row(kind, latency);
        if (report.LatencyByKind.Count != 1) Row("all", report.Latency);
        if (report.Lag is { } lag) Row("(begun late by)", lag);
        return table;

        void Row(string name, LatencyReport latency) => table.AddRow(
            new Text(name), new Text(Whole(latency.Count)), Milliseconds(latency.P50Microseconds), Milliseconds(latency.P99Microseconds),
            Milliseconds(latency.P999Microseconds), Milliseconds(latency.MaxMicroseconds), Milliseconds(latency.MeanMicroseconds));
    }

    private static Text Milliseconds(double microseconds)
    {
        const double microsecondsPerMillisecond = 1000;
        return new Text(Text($"{microseconds / microsecondsPerMillisecond:#,0.000}"));
    }

    private static string Whole(long number) => Text($"{number:#,0}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
