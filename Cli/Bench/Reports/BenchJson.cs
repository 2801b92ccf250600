using System.Text.Json;
using System.Text.Json.Serialization;

namespace KvStore.Cli.Bench.Reports;

/// <summary>The report as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(BenchReport))]
internal sealed partial class BenchJson : JsonSerializerContext
{
    /// <summary>The text.</summary>
    public static string TextOf(BenchReport report) => JsonSerializer.Serialize(report, Default.BenchReport);
}
