namespace KvStore.Api.Problems;

/// <summary>A problem as it is served. RFC 9457, with the members of http-api.md section 2.</summary>
public sealed record ProblemDocument
{
    /// <summary>The problem's kind, as a reference.</summary>
    public required string Type { get; init; }

    /// <summary>What the kind means.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What was wrong this time, and what to do.</summary>
    public required string Detail { get; init; }

    /// <summary>The kind's stable name.</summary>
    public required string Code { get; init; }

    /// <summary>Whether the same request may succeed later, and sending it again does no harm.</summary>
    public required bool Retryable { get; init; }

    /// <summary><c>not-applied</c>, <c>applied</c> or <c>unknown</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>The key's current entity tag, where a condition failed on a key that is there.</summary>
    public string? Etag { get; init; }

    /// <summary>The step of a transaction that was refused, from 0 on.</summary>
    public int? Step { get; init; }

    /// <summary>The limit that was exceeded, by the name that it has in the genesis.</summary>
    public string? Limit { get; init; }

    /// <summary>The limit's value.</summary>
    public long? Max { get; init; }

    /// <summary>The request's id: the SHA-256 of its signature base, hexadecimal.</summary>
    public string? Request { get; init; }

    /// <summary>Where the request's outcome can be asked for.</summary>
    public string? OutcomeUrl { get; init; }

    /// <summary>What a signature that is not good should have been over.</summary>
    public string? SignatureBase { get; init; }

    /// <summary>The server's name for this exchange, as its log has it.</summary>
    public string? Trace { get; init; }
}
