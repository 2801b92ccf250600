using System.Globalization;
using System.Text.Json;
using KvStore.Client.Exchanges;

namespace KvStore.Client;

/// <summary>Makes a <see cref="Problem"/> of an answer that is not a success.</summary>
internal static class ProblemReader
{
    private const string MediaType = "application/problem+json";
    private const int ServerErrorsFrom = 500;

    /// <summary>The problem of an answer.</summary>
    public static Problem Of(Answer answer, bool isRead, Gateway gateway)
    {
        var status = (int)answer.Status;
        if (TryParse(answer) is not { Code: not null } document)
        {
            // A proxy that could not pass the answer on may well have passed the request on.
            var outcome = !isRead && status >= ServerErrorsFrom ? Outcome.Unknown : Outcome.NotApplied;
            return LocalProblems.BadAnswer($"{gateway} answered {status}, and not as a gateway would.", status, outcome);
        }

        return Of(document) with
        {
            Status = status,
            Outcome = isRead ? Outcome.NotApplied : OutcomeOf(document.Outcome),
            RetryAfter = RetryAfterOf(answer),
            Revision = answer.Revision,
            Shard = answer.Shard,
            AcceptSignature = answer.Header("Accept-Signature"),
        };
    }

    /// <summary>The problem of one step of a batch.</summary>
    public static Problem Of(ProblemDocument document) => new()
    {
        Code = document.Code ?? "",
        Title = document.Title ?? "",
        Detail = document.Detail ?? "",
        Status = document.Status,
        Retryable = document.Retryable,
        Outcome = OutcomeOf(document.Outcome),
        ETag = document.Etag is { } text && ETag.TryParse(text, out var tag) ? tag : null,
        Limit = document.Limit,
        Max = document.Max,
        Trace = document.Trace,
        Step = document.Step,
    };

    private static ProblemDocument? TryParse(Answer answer)
    {
        if (answer.ContentType is not { } type || !type.StartsWith(MediaType, StringComparison.OrdinalIgnoreCase)) return null;
        try
        {
            return JsonSerializer.Deserialize(answer.Body.Span, ClientJson.Default.ProblemDocument);
        }
        catch (JsonException)
        {
            return null; // What calls itself a problem and is none comes from somebody else.
        }
    }

    private static Outcome OutcomeOf(string? name) => name switch
    {
        "not-applied" => Outcome.NotApplied,
        "applied" => Outcome.Applied,
        _ => Outcome.Unknown,
    };

    private static TimeSpan? RetryAfterOf(Answer answer) =>
        answer.Header("Retry-After") is { } text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;
}

/// <summary>A problem document. RFC 9457.</summary>
internal sealed record ProblemDocument(
    string? Code, int Status, string? Title, string? Detail, bool Retryable, string? Outcome, string? Etag, string? Limit, long? Max, string? Trace, int? Step);
