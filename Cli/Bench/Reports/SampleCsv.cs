using System.Globalization;
using KvStore.Cli.Bench.Measuring;

namespace KvStore.Cli.Bench.Reports;

/// <summary>Samples as lines of comma-separated values, for spreadsheets and <c>kv bench plot</c>.</summary>
internal static class SampleCsv
{
    /// <summary>The first line.</summary>
    public const string Header =
        "seconds,measured,operations,operations_per_second,working_set_mb,heap_mb,gen0,gen1,gen2,allocated_bytes_per_operation,cpu_us_per_operation";

    /// <summary>A sample's line.</summary>
    public static string LineOf(Sample sample) => string.Create(
        CultureInfo.InvariantCulture,
        $"{sample.Seconds:0.000},{(sample.Measured ? 1 : 0)},{sample.Operations},{sample.OperationsPerSecond:0.0},{sample.WorkingSetMegabytes:0.0},{sample.HeapMegabytes:0.0},{sample.Gen0},{sample.Gen1},{sample.Gen2},{sample.AllocatedBytesPerOperation:0},{sample.CpuMicrosecondsPerOperation:0.0}");

    /// <summary>Reads the columns of numbers by name; null when the text is not what <see cref="Header"/> and <see cref="LineOf"/> make.</summary>
    public static IReadOnlyDictionary<string, double[]>? TryRead(IReadOnlyList<string> lines)
    {
        if (lines.Count == 0) return null;
        var names = lines[0].Trim().Split(',');
        var rows = lines.Skip(1).Where(line => line.Trim().Length > 0).Select(line => line.Trim().Split(',')).ToList();
        var columns = names.Distinct(StringComparer.Ordinal).ToDictionary(name => name, _ => new double[rows.Count], StringComparer.Ordinal);
        if (columns.Count != names.Length) return null;
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].Length != names.Length) return null;
            for (var j = 0; j < names.Length; j++)
            {
                if (!double.TryParse(rows[i][j], NumberStyles.Float, CultureInfo.InvariantCulture, out columns[names[j]][i])) return null;
            }
        }

        return columns;
    }
}
