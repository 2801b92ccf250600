using System.CommandLine;
using System.Globalization;
using KvStore.Cli.Bench.Measuring;
using KvStore.Cli.Bench.Plotting;
using KvStore.Cli.Bench.Reports;

namespace KvStore.Cli.Bench;

/// <summary><c>kv bench</c>: makes a load and measures what the service makes of it.</summary>
internal static class BenchCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var options = new BenchOptions();
        var targets = new BenchTargets();
        var csv = new Option<string?>("--csv") { Description = "Write the samples to this file, for 'kv bench plot' and spreadsheets.", HelpName = "FILE" };
        var output = CommonOptions.OutputOf("table", "How to print the report: table, json, or markdown (a row with its head).", "table", "json", "markdown");
        var command = new Command("bench", "Measures throughput and latency, in the machine's own signature verification rate.") { csv, output };
        options.AddTo(command);
        targets.AddTo(command);
        command.Example(
            "kv bench --clients 64",
            "kv bench --driver --clients 256 --replicas 7",
            "kv bench --workload a --rate 5000 --url http://127.0.0.1:8080 --key me.json",
            "kv bench --etcd http://127.0.0.1:2379 --workload get",
            "kv bench --duration 10m --interval 5s --csv soak.csv && kv bench plot soak.csv -f soak.svg");
        command.Subcommands.Add(PlotCommand.Create(terminal));
        command.SetAction(async (parsed, cancel) =>
        {
            var settings = options.Read(parsed, targets.IsDriver(parsed));
            await using var samples = OpenCsv(parsed.GetValue(csv));
            var report = await RunAsync(settings, targets, parsed, terminal, Show(samples, terminal), cancel);
            await PrintAsync(report, parsed.GetValue(output)!, terminal);
            if (report.Latency.Count > 0) return ExitCodes.Ok;
            throw new Failure(ExitCodes.Error, "Not a single operation that was due in the measured time ended well.", "The report's errors say why; measure for longer.");
        });
        return command;
    }

    private static Task PrintAsync(BenchReport report, string output, Terminal terminal) => output switch
    {
        "json" => terminal.WriteLineAsync(BenchJson.TextOf(report)),
        "markdown" => terminal.WriteLineAsync($"{BenchMarkdown.Header}\n{BenchMarkdown.RowOf(report)}"),
        _ => terminal.WriteAsync(BenchTable.Of(report)),
    };

    private static async Task<BenchReport> RunAsync(
        BenchSettings settings, BenchTargets targets, ParseResult parsed, Terminal terminal, Action<Sample> onSample, CancellationToken cancel)
    {
        var before = await VerificationRate.MeasureAsync(settings.VerificationTime, cancel);
        var (target, description) = await targets.StartAsync(parsed, settings, terminal, cancel);
        BenchResult result;
        await using (target)
        {
            result = await new BenchRun(settings, target, new MachineClock(), onSample).RunAsync(before, cancel);
        }

        // Only when the cluster has been taken down: an idle one still uses a little of every core.
        var after = await VerificationRate.MeasureAsync(settings.VerificationTime, cancel);
        return Reporting.Of(settings, description, result, before, after);
    }

    // On the standard error, because the standard output is for the report; and only where someone looks.
    private static Action<Sample> Show(StreamWriter? csv, Terminal terminal)
    {
        csv?.WriteLine(SampleCsv.Header);
        return sample =>
        {
            csv?.WriteLine(SampleCsv.LineOf(sample));
            if (terminal.IsOutputRedirected) return;
            terminal.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{sample.Seconds,7:0.0} s {sample.OperationsPerSecond,10:#,0} op/s {sample.WorkingSetMegabytes,7:#,0} MB {(sample.Measured ? "" : "  warming up")}"));
        };
    }

    private static StreamWriter? OpenCsv(string? path)
    {
        if (path is null) return null;
        try
        {
            return new StreamWriter(path, append: false) { AutoFlush = true }; // So that it can be watched as it grows.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new Failure(ExitCodes.Error, $"The file '{path}' can't be written: {exception.Message}", "Name another one with --csv.");
        }
    }
}
