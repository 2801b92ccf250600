using System.Buffers;
using System.Globalization;
using KvStore.Api.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace KvStore.Api.Requests;

/// <summary>A body that was read, or the problem with it.</summary>
/// <param name="Bytes">The body, in an array of its own: it lives on in the request that is ordered, and in the log.</param>
/// <param name="Problem">Why there is none; null when there is.</param>
internal readonly record struct BodyOutcome(ReadOnlyMemory<byte> Bytes, ProblemResult? Problem);

/// <summary>Reads bodies, and never buffers more than the limit.</summary>
internal static class BodyReader
{
    private const int FirstChunk = 4096;

    /// <summary>Reads the body of a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="tooLarge">What is wrong with a longer one.</param>
    /// <param name="limit">The limit's name in the genesis.</param>
    /// <param name="max">The most bytes that it may have.</param>
    public static async ValueTask<BodyOutcome> ReadAsync(HttpContext context, ProblemKind tooLarge, string limit, int max)
    {
        var request = context.Request;
        if (request.Headers.ContentEncoding.Count > 0)
            return new BodyOutcome(default, new ProblemResult(ProblemKinds.BadContentEncoding,
                "Send the bytes without Content-Encoding; they are kept as they are."));
        if (request.ContentLength is not { } length) return HasBody(context) ? await ReadChunkedAsync(context, tooLarge, limit, max) : default;
        if (length > max) return new BodyOutcome(default, TooLarge(tooLarge, limit, max));
        if (length == 0) return default;
        var bytes = GC.AllocateUninitializedArray<byte>((int)length);
        await request.Body.ReadExactlyAsync(bytes, context.RequestAborted);
        return new BodyOutcome(bytes, null);
    }

    /// <summary>Whether the request has a body, even one of unknown length.</summary>
    public static bool HasBody(HttpContext context) => context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true };

    private static async ValueTask<BodyOutcome> ReadChunkedAsync(HttpContext context, ProblemKind tooLarge, string limit, int max)
    {
        var bytes = new ArrayBufferWriter<byte>(FirstChunk);
        int read;
        do
        {
            read = await context.Request.Body.ReadAsync(bytes.GetMemory(), context.RequestAborted);
            if (read > max - bytes.WrittenCount) return new BodyOutcome(default, TooLarge(tooLarge, limit, max));
            bytes.Advance(read);
        }
        while (read > 0);
        return new BodyOutcome(bytes.WrittenMemory, null);
    }

    private static ProblemResult TooLarge(ProblemKind kind, string limit, int max) =>
        new(kind, string.Create(CultureInfo.InvariantCulture, $"The body is over the limit {limit} of {max} bytes. None of it was kept."))
        {
            Limit = limit,
            Max = max,
        };
}
