using System.Buffers.Text;
using System.Text.Json;
using KvStore.Client.Exchanges;

namespace KvStore.Client;

/// <summary>Reads what became of transactions and batches.</summary>
internal static class StepReader
{
    /// <summary>A transaction's result.</summary>
    public static TransactionResult Transaction(Answer answer) => Read(answer, static answer =>
    {
        var document = JsonSerializer.Deserialize(answer.Body.Span, ClientJson.Default.TransactionDocument)!;
        var results = document.Results.Select(result => result.ToResult());
        return new TransactionResult(document.Succeeded, document.Revision, document.Shard, [.. results], answer.Replayed) { Json = answer.Body };
    });

    /// <summary>A batch's results.</summary>
    public static BatchResult Batch(Answer answer) => Read(answer, static answer =>
    {
        var document = JsonSerializer.Deserialize(answer.Body.Span, ClientJson.Default.BatchDocument)!;
        var results = document.Results.Select(result => result.ToResult());
        if (answer.InDoubt) results = results.Select(static step => IsOpen(step.Problem) ? step with { Problem = step.Problem! with { Outcome = Outcome.Unknown } } : step);
        return new BatchResult([.. results], answer.Replayed) { Json = answer.Body, Request = answer.Request };
    });

    /// <summary>Whether every shard gave an answer to its part of a batch.</summary>
    public static Completeness Judge(Answer answer)
    {
        if (answer.Body.Span.IndexOf("\"error\""u8) < 0) return Completeness.Whole;
        var problems = Batch(answer).Results.Select(step => step.Problem).Where(IsOpen).ToList();
        return problems.Count == 0 ? Completeness.Whole
            : problems.Exists(problem => problem!.Outcome == Outcome.Unknown) ? Completeness.InDoubt
            : Completeness.Partial;
    }

    // What the shard itself found stands, whatever was sent before.
    private static bool IsOpen(Problem? problem) => problem is { Outcome: Outcome.Unknown } or { Retryable: true } or { Status: >= 500 };

    private static T Read<T>(Answer answer, Func<Answer, T> read)
    {
        try
        {
            return read(answer);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or ArgumentNullException or NullReferenceException)
        {
            throw AnswerReader.Bad(answer, isRead: false, exception);
        }
    }
}

/// <summary>A transaction's answer.</summary>
internal sealed record TransactionDocument(bool Succeeded, ulong Revision, uint Shard, IReadOnlyList<StepDocument> Results);

/// <summary>A batch's answer.</summary>
internal sealed record BatchDocument(IReadOnlyList<StepDocument> Results);

/// <summary>One step's.</summary>
internal sealed record StepDocument
{
    public string? Op { get; init; }

    public string? Key { get; init; }

    public string? KeyB64 { get; init; }

    public string? Status { get; init; }

    public ProblemDocument? Error { get; init; }

    public ulong? Revision { get; init; }

    public uint? Shard { get; init; }

    public string? Etag { get; init; }

    public long Offset { get; init; }

    public long Length { get; init; }

    public string? Value { get; init; }

    public byte[]? ValueB64 { get; init; }

    public string? ContentType { get; init; }

    public DateTimeOffset? Expires { get; init; }

    /// <summary>The result.</summary>
    /// <exception cref="FormatException">The key is not base64url.</exception>
    public StepResult ToResult() => new()
    {
        Operation = Op ?? "",
        Key = JsonValues.KeyOf(Key, KeyB64),
        Status = Status,
        Problem = Error is null ? null : ProblemReader.Of(Error),
        Revision = Revision,
        Shard = Shard,
        ETag = Etag is not null && ETag.TryParse(Etag, out var tag) ? tag : null,
        Offset = Offset,
        Length = Length,
        Value = JsonValues.Of(Value, ValueB64),
        ContentType = ContentType,
        Expires = Expires,
    };
}
