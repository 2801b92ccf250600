using System.Globalization;
using KvStore.Client;
using Spectre.Console;

namespace KvStore.Cli.Output;

/// <summary>What became of steps, as a table for people.</summary>
internal static class StepTable
{
    /// <summary>The table.</summary>
    public static Table Of(IReadOnlyList<StepResult> results)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("step", "key", "status", "revision", "bytes", "value");
        table.Columns[4].RightAligned();
        foreach (var step in results)
        {
            var entry = new Entry(step.Key.ToString(), step.ETag?.ToString() ?? "", step.Length, step.ContentType, step.Value, step.Expires);
            var length = step.ETag is null ? "" : step.Length.ToString(CultureInfo.InvariantCulture);
            string[] cells = [step.Operation, entry.Key, step.Problem?.Code ?? step.Status ?? "", entry.Revision, length];
            table.AddRow([.. cells.Select(cell => new Text(KeyTable.Visible(cell))), new Text(KeyTable.Preview(entry))]);
        }

        return table;
    }
}
