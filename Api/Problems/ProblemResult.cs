using System.Globalization;
using System.Text.Json;
using KvStore.Api.Json;
using KvStore.Api.Signing;
using Microsoft.AspNetCore.Http;

namespace KvStore.Api.Problems;

/// <summary>A problem on its way out. Writing it counts it.</summary>
internal sealed class ProblemResult(ProblemKind kind, string detail) : IResult, IStatusCodeHttpResult
{
    /// <summary>The media type of problems. RFC 9457.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>The kind.</summary>
    public ProblemKind Kind { get; } = kind;

    /// <summary>What was wrong this time, and what to do.</summary>
    public string Detail { get; } = detail;

    /// <inheritdoc/>
    public int? StatusCode => Status ?? Kind.Status;

    /// <summary>Whether what was asked for was done.</summary>
    public Outcome Outcome { get; init; }

    /// <summary>Another answer to whether the request may be repeated than the kind's.</summary>
    public bool? Retryable { get; init; }

    /// <summary>Another status than the kind's: what the server found wrong in the HTTP itself has its own.</summary>
    public int? Status { get; init; }

    /// <summary>After how long it is worth trying again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The key's current entity tag.</summary>
    public string? ETag { get; init; }

    /// <summary>The entity tag of the key of <see cref="Step"/>, which is not what the request's own path names.</summary>
    public string? StepETag { get; init; }

    /// <summary>The step of a transaction that was refused.</summary>
    public int? Step { get; init; }

    /// <summary>The shard's revision.</summary>
    public ulong? Revision { get; init; }

    /// <summary>The shard.</summary>
    public uint? Shard { get; init; }

    /// <summary>The value's length, where a range was not satisfiable.</summary>
    public ulong? Length { get; init; }

    /// <summary>The limit that was exceeded.</summary>
    public string? Limit { get; init; }

    /// <summary>The limit's value.</summary>
    public long? Max { get; init; }

    /// <summary>The request's id.</summary>
    public string? Request { get; init; }

    /// <summary>Where the request's outcome can be asked for.</summary>
    public string? OutcomeUrl { get; init; }

    /// <summary>What a signature that is not good should have been over.</summary>
    public string? SignatureBase { get; init; }

    /// <summary>The methods that the path is there for.</summary>
    public string? Allow { get; init; }

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.RequestServices.GetRequiredService<RefusalCounter>().Count(Kind.Code);
        var status = Status ?? Kind.Status;
        if (RefusalPacer.Paces(status)) await httpContext.RequestServices.GetRequiredService<RefusalPacer>().WaitAsync(httpContext.RequestAborted);
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = MediaType;
        WriteHeaders(response);
        if (status == StatusCodes.Status401Unauthorized) response.Headers[KvHeaders.AcceptSignature] = SignedFields.Wanted(httpContext.Request);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(ToDocument(status, httpContext.TraceIdentifier), ApiJson.Readable.ProblemDocument);
        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, httpContext.RequestAborted);
    }

    /// <summary>Writes the problem as a part of another answer.</summary>
    public void WriteTo(Utf8JsonWriter json, HttpContext httpContext)
    {
        httpContext.RequestServices.GetRequiredService<RefusalCounter>().Count(Kind.Code);
        JsonSerializer.Serialize(json, ToDocument(Status ?? Kind.Status, httpContext.TraceIdentifier), ApiJson.Readable.ProblemDocument);
    }

    private void WriteHeaders(HttpResponse response)
    {
        var headers = response.Headers;
        headers.CacheControl = "no-store";
        if (RetryAfter is { } wait) headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        if (ETag is not null) headers.ETag = ETag;
        if (Allow is not null) headers.Allow = Allow;
        if (Length is { } length) headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{length}");
        if (Revision is { } revision) headers[KvHeaders.Revision] = revision.ToString(CultureInfo.InvariantCulture);
        if (Shard is { } shard) headers[KvHeaders.Shard] = shard.ToString(CultureInfo.InvariantCulture);
    }

    private ProblemDocument ToDocument(int status, string trace) => new()
    {
        Type = Kind.Type,
        Title = Kind.Title,
        Status = status,
        Detail = Detail,
        Code = Kind.Code,
        Retryable = Retryable ?? Kind.Retryable,
        Outcome = OutcomeName(Outcome),
        Etag = ETag ?? StepETag,
        Step = Step,
        Limit = Limit,
        Max = Max,
        Request = Request,
        OutcomeUrl = OutcomeUrl,
        SignatureBase = SignatureBase,
        Trace = status >= StatusCodes.Status500InternalServerError ? trace : null,
    };

    private static string OutcomeName(Outcome outcome) => outcome switch
    {
        Outcome.NotApplied => "not-applied",
        Outcome.Applied => "applied",
        Outcome.Unknown => "unknown",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "An unknown outcome."),
    };
}
