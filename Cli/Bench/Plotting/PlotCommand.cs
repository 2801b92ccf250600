using System.CommandLine;
using KvStore.Cli.Bench.Reports;

namespace KvStore.Cli.Bench.Plotting;

/// <summary><c>kv bench plot FILE</c>: draws the samples of a run, to see whether memory stays flat.</summary>
internal static class PlotCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "What 'kv bench --csv' wrote." };
        var target = new Option<string?>("--file", "-f") { Description = "Where to write the SVG; default: the standard output.", HelpName = "FILE" };
        var command = new Command("plot", "Draws the samples of a run as SVG: throughput, memory, and the cost of an operation.") { file, target };
        command.SetAction(async (parsed, cancel) =>
        {
            var svg = Draw(await ReadAsync(parsed.GetValue(file)!, cancel), parsed.GetValue(file)!);
            if (parsed.GetValue(target) is { } path) await WriteAsync(path, svg, cancel);
            else await terminal.Out.WriteAsync(System.Text.Encoding.UTF8.GetBytes(svg), cancel);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Draw(string[] lines, string file)
    {
        var columns = SampleCsv.TryRead(lines);
        if (columns is null || !SampleCsv.Header.Split(',').All(columns.ContainsKey) || columns["seconds"].Length == 0)
            throw new Failure(ExitCodes.Error, $"The file '{file}' has no samples.", "Make one with 'kv bench --csv FILE'.");
        return SvgPlot.Draw(columns["seconds"],
        [
            new Panel("operations a second", [Line("operations", "#1f77b4", "operations_per_second")]),
            new Panel("memory in MB", [Line("working set", "#d62728", "working_set_mb"), Line("managed heap", "#2ca02c", "heap_mb")]),
            new Panel("CPU, microseconds an operation", [Line("CPU", "#9467bd", "cpu_us_per_operation")]),
            new Panel("allocation, bytes an operation", [Line("allocated", "#8c564b", "allocated_bytes_per_operation")]),
        ]);

        Series Line(string name, string color, string column) => new(name, color, columns[column]);
    }

    private static async Task<string[]> ReadAsync(string path, CancellationToken cancel)
    {
        try
        {
            return await File.ReadAllLinesAsync(path, cancel);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new Failure(ExitCodes.Error, $"The file '{path}' can't be read: {exception.Message}", "Make one with 'kv bench --csv FILE'.");
        }
    }

    private static async Task WriteAsync(string path, string svg, CancellationToken cancel)
    {
        try
        {
            await File.WriteAllTextAsync(path, svg, cancel);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new Failure(ExitCodes.Error, $"The file '{path}' can't be written: {exception.Message}", "Name another one with -f.");
        }
    }
}
