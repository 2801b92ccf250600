using System.Globalization;

namespace KvStore.Client;

/// <summary>Whether what was asked for was done. http-api.md section 2.</summary>
public enum Outcome
{
    /// <summary>Nothing was done, and nothing will be.</summary>
    NotApplied,

    /// <summary>It was done.</summary>
    Applied,

    /// <summary>It may have been done, or may yet be.</summary>
    Unknown,
}

/// <summary>Why an operation failed: what a gateway answered, or what the client found by itself. RFC 9457.</summary>
public sealed record Problem
{
    /// <summary>Of the client's own problems: no gateway could be reached, so nothing was sent.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>Of the client's own problems: the connection broke before the answer had come.</summary>
    public const string ConnectionLost = "connection-lost";

    /// <summary>Of the client's own problems: the time limit passed before the answer had come.</summary>
    public const string TimedOut = "timeout";

    /// <summary>Of the client's own problems: the answer is not one that a gateway gives.</summary>
    public const string BadAnswer = "bad-answer";

    /// <summary>Of the client's own problems: too many signed requests are under way.</summary>
    public const string TooManyUnderWay = "too-many-under-way";

    /// <summary>The node's replica lags behind the others, so that another node is to be asked.</summary>
    public const string CatchingUp = "catching-up";

    /// <summary>There is no such key.</summary>
    public const string NotFound = "not-found";

    /// <summary>A condition does not hold.</summary>
    public const string PreconditionFailed = "precondition-failed";

    /// <summary>The stable name of the kind: one of a gateway's <c>/problems</c>, or one of the constants here.</summary>
    public required string Code { get; init; }

    /// <summary>The HTTP status; 0 when there was no answer.</summary>
    public int Status { get; init; }

    /// <summary>What the kind means.</summary>
    public string Title { get; init; } = "";

    /// <summary>What was wrong this time, and what to do.</summary>
    public string Detail { get; init; } = "";

    /// <summary>Whether the same may succeed later.</summary>
    public bool Retryable { get; init; }

    /// <summary>Whether it was done.</summary>
    public Outcome Outcome { get; init; }

    /// <summary>How long the gateway asks to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The key's entity tag, where a condition failed on a key that is there.</summary>
    public ETag? ETag { get; init; }

    /// <summary>The limit that was exceeded.</summary>
    public string? Limit { get; init; }

    /// <summary>That limit's value, in bytes.</summary>
    public long? Max { get; init; }

    /// <summary>The revision of the shard at which it was refused; null when no shard carried it out.</summary>
    public ulong? Revision { get; init; }

    /// <summary>The shard that refused it.</summary>
    public uint? Shard { get; init; }

    /// <summary>The step of a transaction that was refused, counted from 0 in the branch that was carried out.</summary>
    public int? Step { get; init; }

    /// <summary>Which signature components the gateway wants; with status 401.</summary>
    public string? AcceptSignature { get; init; }

    /// <summary>The gateway's name for the exchange, as its log has it.</summary>
    public string? Trace { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = Detail.Length == 0 ? Title : $"{Title} {Detail}";
        return string.Create(CultureInfo.InvariantCulture, $"{text} ({Code}{(Status == 0 ? "" : $", {Status}")})");
    }
}
