using System.Globalization;
using KvStore.Protocol;

namespace KvStore.Api.Values;

/// <summary>A value, or a slice of it, as raw bytes.</summary>
internal sealed class ValueResult(OperationResult result, bool isSlice, uint shard) : IResult, IStatusCodeHttpResult
{
    private const string UnknownType = "application/octet-stream";

    /// <inheritdoc/>
    public int? StatusCode => isSlice ? StatusCodes.Status206PartialContent : StatusCodes.Status200OK;

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var headers = response.Headers;
        response.StatusCode = isSlice ? StatusCodes.Status206PartialContent : StatusCodes.Status200OK;
        ShardHeaders.Write(headers, result, shard);
        headers.ContentType = result.ContentType.Length > 0 ? result.ContentType : UnknownType;
        headers.ContentLength = result.Value.Length;
        headers.AcceptRanges = "bytes";
        headers.CacheControl = "no-cache";

        // Anyone may have put the value, and a browser must not run it as a page of this origin.
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        if (isSlice)
        {
            var last = result.Offset + (ulong)result.Value.Length - 1;
            headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {result.Offset}-{last}/{result.Length}");
        }

        return response.Body.WriteAsync(result.Value, httpContext.RequestAborted).AsTask();
    }
}

/// <summary>The value is the one that the client has.</summary>
internal sealed class NotModifiedResult(OperationResult result, uint shard) : IResult, IStatusCodeHttpResult
{
    /// <inheritdoc/>
    public int? StatusCode => StatusCodes.Status304NotModified;

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status304NotModified;
        ShardHeaders.Write(httpContext.Response.Headers, result, shard);
        httpContext.Response.Headers.CacheControl = "no-cache";
        return Task.CompletedTask;
    }
}

/// <summary>The headers that every answer of a shard carries.</summary>
internal static class ShardHeaders
{
    /// <summary>Writes the revision, the shard, and the entity tag where there is one.</summary>
    public static void Write(IHeaderDictionary headers, OperationResult result, uint shard)
    {
        Write(headers, result.Revision, shard);
        if (result.KeyRevision != 0) headers.ETag = ETags.Of(result.KeyRevision);
        if (result.Expires != default) headers[KvHeaders.Expires] = UtcTimes.Of(result.Expires);
    }

    /// <summary>Writes the revision and the shard.</summary>
    public static void Write(IHeaderDictionary headers, ulong revision, uint shard)
    {
        headers[KvHeaders.Revision] = revision.ToString(CultureInfo.InvariantCulture);
        headers[KvHeaders.Shard] = shard.ToString(CultureInfo.InvariantCulture);
    }
}
