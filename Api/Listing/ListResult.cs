using System.Buffers.Text;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using KvStore.Api.Requests;
using KvStore.Api.Values;
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Api.Listing;

/// <summary>A page of keys as JSON, or as lines of JSON when the client accepts <c>application/x-ndjson</c>.</summary>
internal sealed class ListResult : IResult
{
    private const string LinesType = "application/x-ndjson";
    private const int FlushBytes = 64 * 1024;

    // The answer is never a part of a page, so that nothing but JSON's own escapes is needed.
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly OperationResult _result;
    private readonly ListPage _page;
    private readonly uint _shard;
    private readonly string? _next;

    /// <summary>The page in a result.</summary>
    /// <param name="result">The result of the listing's command.</param>
    /// <param name="operation">What was asked, from which the next page's address is made.</param>
    /// <param name="shard">The shard.</param>
    /// <param name="snapshot">The state that later pages come from; null when each is read for itself.</param>
    public ListResult(OperationResult result, Operation operation, uint shard, ShardState? snapshot)
    {
        _result = result;
        _page = Decode(result.Value);
        _shard = shard;
        _next = _page.Next.Length > 0 ? NextOf(operation, _page, snapshot) : null;
    }

    /// <summary>Whether another page follows.</summary>
    public bool HasNext => _next is not null;

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        ShardHeaders.Write(response.Headers, _result, _shard);
        if (_next is not null) response.Headers.Link = $"<{_next}>; rel=\"next\"";
        response.Headers.Vary = "Accept";
        response.Headers.CacheControl = "no-cache";
        response.Headers.XContentTypeOptions = "nosniff";
        var asLines = httpContext.Request.Headers.Accept.Any(accept => accept?.Contains(LinesType, StringComparison.OrdinalIgnoreCase) == true);
        response.ContentType = asLines ? LinesType : "application/json";
        await (asLines ? WriteLinesAsync(httpContext) : WriteDocumentAsync(httpContext));
    }

    private async Task WriteDocumentAsync(HttpContext context)
    {
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, _options);
        json.WriteStartObject();
        json.WriteNumber("revision"u8, _result.Revision);
        json.WriteNumber("shard"u8, _shard);
        if (_page.Total is { } total) json.WriteNumber("total"u8, total);
        json.WriteStartArray("items"u8);
        foreach (var entry in _page.Entries)
        {
            Write(json, entry);
            if (json.BytesPending > FlushBytes) await FlushAsync(json, context);
        }

        json.WriteEndArray();
        if (_next is not null) json.WriteString("next"u8, _next);
        json.WriteEndObject();
        await FlushAsync(json, context);
    }

    private async Task WriteLinesAsync(HttpContext context)
    {
        var body = context.Response.BodyWriter;
        await using var json = new Utf8JsonWriter(body, _options);
        foreach (var entry in _page.Entries)
        {
            Write(json, entry);
            await FlushAsync(json, context);
            json.Reset();
            body.GetSpan(1)[0] = (byte)'\n';
            body.Advance(1);
        }

        await body.FlushAsync(context.RequestAborted);
    }

    // The JSON writer hands its bytes to the response's pipe, and the pipe hands them to the socket.
    private static async ValueTask FlushAsync(Utf8JsonWriter json, HttpContext context)
    {
        await json.FlushAsync(context.RequestAborted);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static void Write(Utf8JsonWriter json, ListEntry entry)
    {
        json.WriteStartObject();
        WriteBytes(json, "key", "keyB64", entry.Key.Span);
        json.WriteString("etag"u8, ETags.Of(entry.Revision));
        json.WriteNumber("revision"u8, entry.Revision);
        json.WriteNumber("length"u8, entry.Length);
        if (entry.ContentType.Length > 0) json.WriteString("contentType"u8, entry.ContentType);
        if (entry.Value is { } value) WriteBytes(json, "value", "valueB64", value.Span);
        json.WriteEndObject();
    }

    // http-api.md section 1: text where it is text, base64 where it is not. Keys use the alphabet of /v1/kvb/.
    private static void WriteBytes(Utf8JsonWriter json, string textName, string base64Name, ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes)) json.WriteString(textName, bytes);
        else if (string.Equals(base64Name, "keyB64", StringComparison.Ordinal)) json.WriteString(base64Name, Base64Url.EncodeToString(bytes));
        else json.WriteBase64String(base64Name, bytes);
    }

    private static ListPage Decode(ReadOnlyMemory<byte> value)
    {
        var reader = new CanonicalReader(value);
        var page = ListPage.Decode(ref reader);
        Invariant.Holds(reader.Complete);
        return page;
    }

    private static string NextOf(Operation operation, ListPage page, ShardState? snapshot)
    {
        var rest = QueryText.Without(operation.Query, "after");
        var after = Base64Url.EncodeToString(page.Entries[^1].Key.Span);
        var at = snapshot is null ? "" : string.Create(CultureInfo.InvariantCulture, $"&at=r{snapshot.Revision}");
        var query = $"{(rest.Length == 0 ? "?" : rest + "&")}after={after}{at}";

        // A raw query may hold characters that would end the link early.
        foreach (var (character, escape) in ((string, string)[])[("<", "%3C"), (">", "%3E"), ("\"", "%22")])
            query = query.Replace(character, escape, StringComparison.Ordinal);
        return operation.Path + query;
    }
}
