using System.Globalization;
using KvStore.Protocol;

namespace KvStore.Api.Problems;

/// <summary>Turns what a shard refused into problems. The shard executed the request, so it is certain that nothing was applied.</summary>
internal static class ResultProblems
{
    private static readonly TimeSpan _sessionRetry = TimeSpan.FromSeconds(10);

    /// <summary>What to do with a request that its client signed and that can't be executed any more.</summary>
    public const string SignAnew = "If the same bytes were sent before, they may have been applied then: ask /v1/requests/{keyid}/{nonce} before you sign it anew.";

    /// <summary>The problem of a request that its client signed and that was not looked into, for its nonce, time or key; null for all other results.</summary>
    public static ProblemResult? OfSigned(OperationResult result, uint shard)
    {
        (ProblemKind Kind, string Detail)? problem = result.Code switch
        {
            ResultCode.Stale => (ProblemKinds.NonceStale, $"Requests with counters that are 1,024 higher were executed in its session. {SignAnew}"),
            ResultCode.Expired => (ProblemKinds.RequestExpired, $"The batch in which it was ordered has a later time than its 'expires'. {SignAnew}"),
            ResultCode.Conflict => (
                ProblemKinds.NonceConflict,
                "Another request of this key had this nonce. Sign with a fresh nonce, and send what you signed before as it was."),
            _ => null,
        };
        return problem is not { } it ? null : new ProblemResult(it.Kind, it.Detail) { Shard = shard, Revision = result.Revision, Retryable = false };
    }

    /// <summary>The problem of a result that is a refusal.</summary>
    public static ProblemResult Of(OperationResult result, uint shard, StateLimits limits)
    {
        var etag = result.KeyRevision == 0 ? null : ETags.Of(result.KeyRevision);
        var (kind, detail) = Describe(result, etag, limits);
        var tooLarge = result.Code == ResultCode.TooLarge;
        return new ProblemResult(kind, detail)
        {
            Shard = shard,
            Revision = result.Revision,
            ETag = etag,
            Length = result.Code == ResultCode.RangeNotSatisfiable ? result.Length : null,
            Limit = tooLarge ? "valueBytesMax" : null,
            Max = tooLarge ? limits.ValueBytesMax : null,
            RetryAfter = result.Code == ResultCode.TooManySessions ? _sessionRetry : null,
        };
    }

    private static (ProblemKind Kind, string Detail) Describe(OperationResult result, string? etag, StateLimits limits) => result.Code switch
    {
        ResultCode.NotFound => (ProblemKinds.NotFound, "It was looked for at the revision that Kv-Revision names."),
        ResultCode.PreconditionFailed when etag is null => (ProblemKinds.PreconditionFailed, "The key is absent. Nothing was applied."),
        ResultCode.PreconditionFailed => (
            ProblemKinds.PreconditionFailed, Text($"The key's ETag is {etag} and its value has {result.Length} bytes. Read it, and try again with that.")),
        ResultCode.TooLarge => (ProblemKinds.ValueTooLarge, Text($"A value has at most {limits.ValueBytesMax} bytes. Split it over several keys.")),
        ResultCode.RangeNotSatisfiable => (ProblemKinds.RangeNotSatisfiable, Text($"The value has {result.Length} bytes.")),
        ResultCode.Unprocessable => (ProblemKinds.SliceOutside, Text($"The value has {result.Length} bytes, and start ≤ end ≤ length does not hold.")),
        ResultCode.Stale => (ProblemKinds.NonceStale, "The request was overtaken by a thousand later ones of its session. Send it again."),
        ResultCode.Conflict => (ProblemKinds.NonceConflict, "The nonce was used with other content. Send the request with a fresh nonce."),
        ResultCode.Expired => (ProblemKinds.RequestExpired, "The request waited for longer than it was good for. Send it again."),
        ResultCode.TooManySessions => (ProblemKinds.TooManySessions, "The client has too many sessions. Wait until some have expired."),
        ResultCode.Unauthorized => (
            ProblemKinds.ClientNotAdmitted, "The cluster does not admit the key that signed the request. Use one that its genesis names."),
        ResultCode.WrongShard => (ProblemKinds.WrongShard, "The shard that was asked has no such key. The gateway's idea of the shards is not the cluster's."),
        // The gateway has parsed the operation as replicas do, so what they call invalid is the time, of which their clocks think otherwise.
        ResultCode.Invalid => (ProblemKinds.SignatureTimes, "By the replicas' clocks the request expires too far in the future. Set your clock."),
        _ => throw new InvalidOperationException($"The result {result.Code} is no refusal that a gateway can meet."),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
