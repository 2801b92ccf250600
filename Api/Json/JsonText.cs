using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using KvStore.StateMachine;

namespace KvStore.Api.Json;

/// <summary>What the answers that are written by hand have in common.</summary>
internal static class JsonText
{
    /// <summary>How much may wait in the writer before it is sent.</summary>
    public const int FlushBytes = 64 * 1024;

    /// <summary>The answer is never a part of a page, so that nothing but JSON's own escapes is needed.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a key. http-api.md section 1: text where it is text, else base64, in the alphabet of <c>/v1/kvb/</c>.</summary>
    public static void WriteKey(Utf8JsonWriter json, Key key)
    {
        if (Utf8.IsValid(key.Span)) json.WriteString("key"u8, key.Span);
        else json.WriteString("keyB64"u8, Base64Url.EncodeToString(key.Span));
    }

    /// <summary>Writes a value: text where it is text, else base64.</summary>
    public static void WriteValue(Utf8JsonWriter json, ReadOnlySpan<byte> value)
    {
        if (Utf8.IsValid(value)) json.WriteString("value"u8, value);
        else json.WriteBase64String("valueB64"u8, value);
    }

    /// <summary>Writes the headers of an answer in JSON.</summary>
    public static void Describe(HttpResponse response)
    {
        response.ContentType = "application/json";
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
    }

    /// <summary>Sends what was written: the JSON writer hands its bytes to the response's pipe, and the pipe hands them to the socket.</summary>
    public static async ValueTask FlushAsync(Utf8JsonWriter json, HttpContext context)
    {
        await json.FlushAsync(context.RequestAborted);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }
}
