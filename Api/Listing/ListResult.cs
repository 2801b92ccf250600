using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using KvStore.Api.Json;
using KvStore.Api.Requests;
using KvStore.Api.Values;
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Api.Listing;

/// <summary>A page of keys as JSON, or as lines of JSON when the client accepts <c>application/x-ndjson</c>.</summary>
internal sealed class ListResult : IResult
{
    private const string LinesType = "application/x-ndjson";

    private readonly ListPage _page;
    private readonly ImmutableArray<ulong> _revisions; // By shard.
    private readonly string? _next;

    private ListResult(ListPage page, ImmutableArray<ulong> revisions, string? next)
    {
        _page = page;
        _revisions = revisions;
        _next = next;
    }

    /// <summary>Whether another page follows.</summary>
    public bool HasNext => _next is not null;

    /// <summary>The page that several shards' results make.</summary>
    /// <param name="results">The results of the listing's command, one of each shard, by number.</param>
    /// <param name="command">The command.</param>
    /// <param name="operation">What was asked, from which the next page's address is made.</param>
    /// <param name="limits">The limits on a page.</param>
    /// <param name="point">Where later pages come from; null when each is read for itself.</param>
    public static ListResult Of(
        ImmutableArray<OperationResult> results, ListCommand command, Operation operation, StateLimits limits, ListingPoint? point)
    {
        var page = ListMerge.Merge([.. results.Select(result => Decode(result.Value))], command.Limit, limits.ListPageBytesMax);
        return new ListResult(page, [.. results.Select(result => result.Revision)], page.Next.Length > 0 ? NextOf(operation, page, point) : null);
    }

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        if (_revisions.Length == 1) ShardHeaders.Write(response.Headers, _revisions[0], shard: 0);
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
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, JsonText.Options);
        json.WriteStartObject();
        WriteRevisions(json);
        if (_page.Total is { } total) json.WriteNumber("total"u8, total);
        json.WriteStartArray("items"u8);
        foreach (var entry in _page.Entries)
        {
            Write(json, entry);
            if (json.BytesPending > JsonText.FlushBytes) await JsonText.FlushAsync(json, context);
        }

        json.WriteEndArray();
        if (_next is not null) json.WriteString("next"u8, _next);
        json.WriteEndObject();
        await JsonText.FlushAsync(json, context);
    }

    // Revisions of different shards have nothing to do with each other, so there is one number only where there is one shard.
    private void WriteRevisions(Utf8JsonWriter json)
    {
        if (_revisions.Length == 1)
        {
            json.WriteNumber("revision"u8, _revisions[0]);
            json.WriteNumber("shard"u8, 0);
            return;
        }

        json.WriteStartObject("revisions"u8);
        for (var i = 0; i < _revisions.Length; i++) json.WriteNumber(i.ToString(CultureInfo.InvariantCulture), _revisions[i]);
        json.WriteEndObject();
    }

    private async Task WriteLinesAsync(HttpContext context)
    {
        var body = context.Response.BodyWriter;
        await using var json = new Utf8JsonWriter(body, JsonText.Options);
        foreach (var entry in _page.Entries)
        {
            Write(json, entry);
            await JsonText.FlushAsync(json, context);
            json.Reset();
            body.GetSpan(1)[0] = (byte)'\n';
            body.Advance(1);
        }

        await body.FlushAsync(context.RequestAborted);
    }

    private static void Write(Utf8JsonWriter json, ListEntry entry)
    {
        json.WriteStartObject();
        JsonText.WriteKey(json, entry.Key);
        json.WriteString("etag"u8, ETags.Of(entry.Revision));
        json.WriteNumber("revision"u8, entry.Revision);
        json.WriteNumber("length"u8, entry.Length);
        if (entry.ContentType.Length > 0) json.WriteString("contentType"u8, entry.ContentType);
        if (entry.Expires != default) json.WriteString("expires"u8, UtcTimes.Of(entry.Expires));
        if (entry.Value is { } value) JsonText.WriteValue(json, value.Span);
        json.WriteEndObject();
    }

    private static ListPage Decode(ReadOnlyMemory<byte> value)
    {
        var reader = new CanonicalReader(value);
        var page = ListPage.Decode(ref reader);
        Invariant.Holds(reader.Complete);
        return page;
    }

    private static string NextOf(Operation operation, ListPage page, ListingPoint? point)
    {
        var rest = QueryText.Without(operation.Query, "after");
        var after = Base64Url.EncodeToString(page.Entries[^1].Key.Span);
        var at = point is { } kept ? "&at=" + kept.Text : "";
        var query = $"{(rest.Length == 0 ? "?" : rest + "&")}after={after}{at}";

        // A raw query may hold characters that would end the link early.
        foreach (var (character, escape) in ((string, string)[])[("<", "%3C"), (">", "%3E"), ("\"", "%22")])
            query = query.Replace(character, escape, StringComparison.Ordinal);
        return operation.Path + query;
    }
}
