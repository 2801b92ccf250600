using System.Text;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using KvStore.Api.Problems;
using KvStore.Protocol;
using KvStore.Replication.Gateways;

namespace KvStore.Api.Signing;

/// <summary>What a shard made of a request.</summary>
internal readonly record struct ShardOutcome(uint Shard, Digest Request, OperationResult Result);

/// <summary>What became of a request.</summary>
/// <param name="State">
/// <c>unknown</c>: no shard has executed it and none is known to be about to. <c>pending</c>: it was passed on, and may be executed yet. <c>executed</c>.
/// </param>
/// <param name="Request">The request's id: the SHA-256 of its signature base, hexadecimal. Another one than the client's means that it used its nonce twice.</param>
/// <param name="Result">What came out, where one shard executed it.</param>
/// <param name="Results">What came out at each shard, where several executed it: a batch.</param>
public sealed record OutcomeDocument(string State, string? Request, OutcomeResult? Result, IReadOnlyList<OutcomeResult>? Results)
{
    private const string Pending = "pending";

    /// <summary>Whether it is worth asking again soon.</summary>
    [JsonIgnore]
    public bool IsPending => string.Equals(State, Pending, StringComparison.Ordinal);

    internal static OutcomeDocument Of(PendingRequest? pending, IReadOnlyList<ShardOutcome> executed)
    {
        // A batch that some shards have executed and another has not is still on its way.
        var state = pending is not null ? Pending : executed.Count > 0 ? "executed" : "unknown";
        var request = executed.Count > 0 ? executed[0].Request : pending?.Request;
        var results = executed.Select(OutcomeResult.Of).ToList();
        return new OutcomeDocument(state, request?.ToString(), results.Count == 1 ? results[0] : null, results.Count > 1 ? results : null);
    }
}

/// <summary>A result, as the state keeps it.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Code"><c>ok</c>, <c>created</c>, <c>not-modified</c>, or the code of the problem that was the answer.</param>
/// <param name="Revision">The shard's revision after the request.</param>
/// <param name="KeyRevision">The revision at which the key last changed; absent when the key is.</param>
/// <param name="Etag">The key's entity tag; absent when the key is.</param>
/// <param name="Offset">Where what was appended or read begins.</param>
/// <param name="Length">The length of the whole value, in bytes.</param>
/// <param name="Expires">When the key expires; absent when it does not.</param>
/// <param name="ContentType">The content type of what was read.</param>
/// <param name="Value">What was read, where it is text.</param>
/// <param name="ValueB64">What was read, where it is not: base64. Of a list, a transaction or a batch, the results in their canonical encoding.</param>
public sealed record OutcomeResult(
    uint Shard,
    string Code,
    ulong Revision,
    ulong? KeyRevision,
    string? Etag,
    ulong Offset,
    ulong Length,
    string? Expires,
    string? ContentType,
    string? Value,
    string? ValueB64)
{
    internal static OutcomeResult Of(ShardOutcome outcome)
    {
        var result = outcome.Result;
        var hasKey = result.KeyRevision != 0;
        var isText = Utf8.IsValid(result.Value.Span);
        return new OutcomeResult(
            outcome.Shard,
            CodeOf(result.Code),
            result.Revision,
            hasKey ? result.KeyRevision : null,
            hasKey ? ETags.Of(result.KeyRevision) : null,
            result.Offset,
            result.Length,
            result.Expires == default ? null : UtcTimes.Of(result.Expires),
            result.ContentType.Length == 0 ? null : result.ContentType,
            isText && !result.Value.IsEmpty ? Encoding.UTF8.GetString(result.Value.Span) : null,
            isText ? null : Convert.ToBase64String(result.Value.Span));
    }

    // Only what was looked into is kept: what was refused for its nonce or its time leaves no result.
    private static string CodeOf(ResultCode code) => code switch
    {
        ResultCode.Ok => "ok",
        ResultCode.Created => "created",
        ResultCode.NotModified => "not-modified",
        ResultCode.NotFound => ProblemKinds.NotFound.Code,
        ResultCode.PreconditionFailed => ProblemKinds.PreconditionFailed.Code,
        ResultCode.TooLarge => ProblemKinds.ValueTooLarge.Code,
        ResultCode.RangeNotSatisfiable => ProblemKinds.RangeNotSatisfiable.Code,
        ResultCode.Unprocessable => ProblemKinds.SliceOutside.Code,
        ResultCode.WrongShard => ProblemKinds.WrongShard.Code,
        _ => "invalid",
    };
}
