// Entities as the service reads and writes them: "Payload format for Table service operations", with minimal metadata: 64-bit numbers and bytes are strings with
// their type beside them.
using System.Buffers;
using System.Globalization;
using System.Text.Json;
using KvStore.Storage.Tables;

namespace KvStore.Storage.Azure;

/// <summary>Rows as JSON.</summary>
internal static class EntityJson
{
    private const string TypeSuffix = "@odata.type";

    public static void Write(IBufferWriter<byte> output, string partition, TableRow row)
    {
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        writer.WriteString("PartitionKey", partition);
        writer.WriteString("RowKey", row.Key);
        foreach (var (name, value) in row.Properties)
        {
            switch (value)
            {
                case string text:
                    writer.WriteString(name, text);
                    break;
                case long number:
                    writer.WriteString(name + TypeSuffix, "Edm.Int64");
                    writer.WriteString(name, number.ToString(CultureInfo.InvariantCulture));
                    break;
                case byte[] bytes:
                    writer.WriteString(name + TypeSuffix, "Edm.Binary");
                    writer.WriteBase64String(name, bytes);
                    break;
                default:
                    throw new ArgumentException($"The property {name} is no text, number or bytes.", nameof(row));
            }
        }

        writer.WriteEndObject();
    }

    /// <summary>Reads one entity.</summary>
    /// <param name="entity">The JSON.</param>
    /// <param name="etag">The version that came beside it; null when it is in it.</param>
    public static TableRow Read(JsonElement entity, string? etag)
    {
        var properties = new Dictionary<string, object>(StringComparer.Ordinal);
        var key = "";
        foreach (var property in entity.EnumerateObject())
        {
            if (property.Name == "odata.etag") etag ??= property.Value.GetString();
            if (property.Name == "RowKey") key = property.Value.GetString()!;
            if (property.Name is "RowKey" or "PartitionKey" or "Timestamp" || property.Name.Contains('.', StringComparison.Ordinal)) continue;
            var type = entity.TryGetProperty(property.Name + TypeSuffix, out var named) ? named.GetString() : null;
            if (property.Value.ValueKind == JsonValueKind.String) properties.Add(property.Name, Value(property.Value, type));
        }

        return new TableRow(key, properties, etag ?? "");
    }

    private static object Value(JsonElement value, string? type) => type switch
    {
        "Edm.Int64" => long.Parse(value.GetString()!, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
        "Edm.Binary" => value.GetBytesFromBase64(),
        _ => value.GetString()!,
    };
}
