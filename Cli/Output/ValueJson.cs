using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace KvStore.Cli.Output;

/// <summary>A key and its value as one line of JSON, with the names that the REST interface uses.</summary>
internal static class ValueJson
{
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The line, without its end.</summary>
    public static string Of(Entry entry)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, _options))
        {
            json.WriteStartObject();
            json.WriteString("key", entry.Key);
            json.WriteString("etag", $"\"{entry.Revision}\"");
            json.WriteNumber("length", entry.Length);
            if (entry.ContentType is not null) json.WriteString("contentType", entry.ContentType);
            if (entry.Text is { } text) json.WriteString("value", text);
            else if (entry.Value is not null) json.WriteBase64String("valueB64", entry.Value);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
