// Prometheus' text format 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/
using System.Globalization;
using System.Text;

namespace KvStore.Api.Metrics;

/// <summary>Writes metrics as text. The samples of one metric come together, after its head.</summary>
internal sealed class PrometheusText
{
    /// <summary>The format's media type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();

    /// <summary>What a metric is.</summary>
    /// <param name="name">Its name, with its unit at the end.</param>
    /// <param name="type"><c>counter</c>, <c>gauge</c> or <c>histogram</c>.</param>
    /// <param name="help">What it says.</param>
    public void Head(string name, string type, string help) =>
        _text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    /// <summary>One number.</summary>
    public void Sample(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        _text.Append(name);
        for (var i = 0; i < labels.Length; i++)
        {
            _text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"");
            Escape(labels[i].Value);
            _text.Append('"');
        }

        if (!labels.IsEmpty) _text.Append('}');
        _text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    /// <summary>A metric with one number.</summary>
    public void Single(string name, string type, string help, double value)
    {
        Head(name, type, help);
        Sample(name, value);
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private void Escape(string value)
    {
        foreach (var character in value)
        {
            if (character is '\\' or '"') _text.Append('\\').Append(character);
            else if (character == '\n') _text.Append("\\n");
            else _text.Append(character);
        }
    }
}
