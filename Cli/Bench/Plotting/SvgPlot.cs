using System.Globalization;
using System.Text;

namespace KvStore.Cli.Bench.Plotting;

/// <summary>Plots over time, below each other, as SVG. Every scale begins at zero, so that what looks flat is flat.</summary>
internal static class SvgPlot
{
    private const int Width = 860;
    private const int PanelHeight = 190;
    private const int Left = 80;
    private const int Right = 20;
    private const int Top = 34;
    private const int Bottom = 26;
    private const int TicksY = 4;
    private const int TicksX = 10;

    private static readonly int[] _roundSteps = [1, 2, 4, 5, 8, 10];

    /// <summary>The document.</summary>
    /// <param name="seconds">The moments, ascending; at least one.</param>
    /// <param name="panels">The plots, whose lines have a value for each moment.</param>
    public static string Draw(IReadOnlyList<double> seconds, IReadOnlyList<Panel> panels)
    {
        var svg = new StringBuilder();
        var height = (panels.Count * PanelHeight) + Bottom;
        Line(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" font-family=\"sans-serif\" font-size=\"11\">");
        Line(svg, $"<rect width=\"{Width}\" height=\"{height}\" fill=\"white\"/>");
        for (var i = 0; i < panels.Count; i++) DrawPanel(svg, seconds, panels[i], i * PanelHeight);
        Line(svg, $"<text x=\"{(Width + Left - Right) / 2}\" y=\"{height - 6}\" text-anchor=\"middle\">seconds</text>");
        Line(svg, $"</svg>");
        return svg.ToString();
    }

    /// <summary>The end of a scale from 0 on that has round ticks and holds a value.</summary>
    public static double RoundUp(double value)
    {
        if (value <= 0) return 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return _roundSteps.Select(step => step * power).First(end => end >= value * (1 - 1e-9));
    }

    private static void DrawPanel(StringBuilder svg, IReadOnlyList<double> seconds, Panel panel, int top)
    {
        var endX = RoundUp(seconds[^1]);
        var endY = RoundUp(panel.Series.SelectMany(series => series.Values).DefaultIfEmpty(0).Max());
        var (plotTop, plotBottom) = (top + Top, top + PanelHeight - Bottom + Top - 12);
        Line(svg, $"<text x=\"{Left}\" y=\"{top + 20}\" font-weight=\"bold\">{panel.Title}</text>");
        for (var i = 0; i <= TicksY; i++)
        {
            var value = endY * i / TicksY;
            Line(svg, $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(value):0.0}\" y2=\"{Y(value):0.0}\" stroke=\"#ddd\"/>");
            Line(svg, $"<text x=\"{Left - 6}\" y=\"{Y(value) + 4:0.0}\" text-anchor=\"end\">{value:#,0.##}</text>");
        }

        for (var i = 0; i <= TicksX; i++)
        {
            var value = endX * i / TicksX;
            Line(svg, $"<text x=\"{X(value):0.0}\" y=\"{plotBottom + 14}\" text-anchor=\"middle\">{value:#,0.##}</text>");
        }

        for (var i = 0; i < panel.Series.Count; i++)
        {
            var series = panel.Series[i];
            var points = string.Join(' ', seconds.Select((second, at) => Text($"{X(second):0.0},{Y(series.Values[at]):0.0}")));
            Line(svg, $"<polyline fill=\"none\" stroke=\"{series.Color}\" stroke-width=\"1.5\" points=\"{points}\"/>");
            Line(svg, $"<text x=\"{Width - Right - (130 * (panel.Series.Count - 1 - i))}\" y=\"{top + 20}\" text-anchor=\"end\" fill=\"{series.Color}\">{series.Name}</text>");
        }

        double X(double value) => Left + (value / endX * (Width - Left - Right));
        double Y(double value) => plotBottom - (value / endY * (plotBottom - plotTop));
    }

    private static void Line(StringBuilder svg, FormattableString text) => svg.Append(Text(text)).Append('\n');

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
