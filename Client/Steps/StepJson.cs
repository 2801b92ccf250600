using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace KvStore.Client;

/// <summary>Writes the bodies of transactions and batches.</summary>
internal static class StepJson
{
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The body of a transaction.</summary>
    public static ReadOnlyMemory<byte> Transaction(IEnumerable<Comparison> comparisons, IEnumerable<Step> then, IEnumerable<Step> otherwise) => Write(json =>
    {
        json.WriteStartArray("if"u8);
        foreach (var comparison in comparisons) comparison.Write(json);
        json.WriteEndArray();
        WriteSteps(json, "then", then);
        WriteSteps(json, "else", otherwise);
    });

    /// <summary>The body of a batch.</summary>
    public static ReadOnlyMemory<byte> Batch(IEnumerable<Step> steps) => Write(json => WriteSteps(json, "operations", steps));

    private static void WriteSteps(Utf8JsonWriter json, string name, IEnumerable<Step> steps)
    {
        json.WriteStartArray(name);
        foreach (var step in steps) step.Write(json);
        json.WriteEndArray();
    }

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(bytes, _options);
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
        json.Flush();
        return bytes.WrittenMemory;
    }
}
