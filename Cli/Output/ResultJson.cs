using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using KvStore.Client;

namespace KvStore.Cli.Output;

/// <summary>Results as one line of JSON, with the names that the REST interface uses.</summary>
internal static class ResultJson
{
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A key and its value, without the line's end.</summary>
    public static string Of(Entry entry) => Line(json =>
    {
        json.WriteString("key", entry.Key);
        json.WriteString("etag", $"\"{entry.Revision}\"");
        json.WriteNumber("length", entry.Length);
        WriteExpires(json, entry.Expires);
        if (entry.ContentType is not null) json.WriteString("contentType", entry.ContentType);
        if (entry.Text is { } text) json.WriteString("value", text);
        else if (entry.Value is { } value) json.WriteBase64String("valueB64", value.Span);
    });

    /// <summary>A write that was done.</summary>
    public static string Of(KvKey key, WriteResult result, bool isAppend) => Line(json =>
    {
        json.WriteString("key", key.ToString());
        json.WriteString("status", result.Created ? "created" : "ok");
        json.WriteString("etag", result.ETag.ToHeader());
        json.WriteNumber("revision", result.Revision);
        json.WriteNumber("shard", result.Shard);
        json.WriteNumber("length", result.Length);
        if (isAppend) json.WriteNumber("offset", result.Offset);
        WriteExpires(json, result.Expires);
        if (result.Replayed) json.WriteBoolean("replayed", value: true);
    });

    /// <summary>A deletion.</summary>
    public static string Of(KvKey key, DeleteResult result) => Line(json =>
    {
        json.WriteString("key", key.ToString());
        json.WriteString("status", "ok");
        json.WriteNumber("revision", result.Revision);
        json.WriteNumber("shard", result.Shard);
        if (result.Replayed) json.WriteBoolean("replayed", value: true);
    });

    private static void WriteExpires(Utf8JsonWriter json, DateTimeOffset? expires)
    {
        if (expires is { } time) json.WriteString("expires", Times.Of(time));
    }

    private static string Line(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, _options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
