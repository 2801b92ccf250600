using System.Globalization;
using Spectre.Console;

namespace KvStore.Cli.Output;

/// <summary>Keys as a table for people.</summary>
internal static class KeyTable
{
    private const int PreviewLength = 60;

    /// <summary>The table.</summary>
    public static Table Of(IEnumerable<Entry> entries, bool withValues)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("key", "revision", "bytes", "type");
        table.Columns[2].RightAligned();
        var rows = entries.ToList();
        var someExpire = rows.Exists(entry => entry.Expires is not null);
        if (someExpire) table.AddColumn("expires");
        if (withValues) table.AddColumn("value");
        foreach (var entry in rows)
        {
            var cells = new List<Text>
            {
                Cell(Visible(entry.Key)),
                Cell(entry.Revision),
                Cell(entry.Length.ToString(CultureInfo.InvariantCulture)),
                Cell(entry.ContentType ?? ""),
            };
            if (someExpire) cells.Add(Cell(entry.Expires is { } time ? Times.Of(time) : ""));
            if (withValues) cells.Add(Cell(Preview(entry)));
            table.AddRow(cells);
        }

        return table;
    }

    /// <summary>The beginning of a value, if it is text.</summary>
    public static string Preview(Entry entry)
    {
        if (entry.Text is not { } text) return entry.Value is null ? "" : "(not text)";
        return Visible(text.Length <= PreviewLength ? text : text[..PreviewLength] + "…");
    }

    // As text and not as markup: what somebody put must not be able to draw.
    private static Text Cell(string text) => new(text);

    /// <summary>Text without control characters, which could move the cursor, and worse.</summary>
    public static string Visible(string text) => string.Create(text.Length, text, static (visible, source) =>
    {
        for (var i = 0; i < source.Length; i++) visible[i] = char.IsControl(source[i]) ? '·' : source[i];
    });
}
