using System.Net;

namespace KvStore.Client.Exchanges;

/// <summary>What an attempt that failed means for the request. Pure, so that each rule has its test.</summary>
internal static class RetryPolicy
{
    private const int UnauthorizedStatus = (int)HttpStatusCode.Unauthorized;
    private const int TooManyRequestsStatus = (int)HttpStatusCode.TooManyRequests;
    private const int ServerErrorsFrom = (int)HttpStatusCode.InternalServerError;

    /// <summary>Whether the request may be applied because of this attempt, although nobody said so.</summary>
    public static bool MayBeApplied(WireRequest request, Attempt attempt) =>
        !request.IsRead && (attempt.End == AttemptEnd.Lost || attempt is { End: AttemptEnd.Answered, Problem.Outcome: Outcome.Unknown });

    /// <summary>Whether to send the same bytes again, here or at another gateway.</summary>
    public static bool MayRepeat(WireRequest request, Attempt attempt) => attempt.End switch
    {
        AttemptEnd.NotSent => true,
        AttemptEnd.Lost => request.IsRepeatable,
        _ => IsTransient(request, attempt.Problem!) && (request.IsRepeatable || attempt.Problem!.Outcome == Outcome.NotApplied),
    };

    /// <summary>
    /// Whether a refusal settles a request that an earlier attempt may have left applied. Only what the shard itself found does: a refusal that it
    /// recorded under the nonce, or that came of carrying the request out now. What a gateway or the session's window turned away says nothing of before.
    /// </summary>
    public static bool Settles(Problem problem) =>
        problem is { Outcome: not Outcome.Unknown, Revision: not null, Status: not UnauthorizedStatus and not TooManyRequestsStatus and < ServerErrorsFrom };

    // A proxy's errors have no problem document, and say nothing about what a gateway would answer the next time. What a gateway calls not
    // retryable is so for whoever gets another nonce with each attempt; the same bytes are the same request.
    private static bool IsTransient(WireRequest request, Problem problem) => (HttpStatusCode)problem.Status switch
    {
        HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => problem.Retryable || request.IsRepeatable,
        HttpStatusCode.BadGateway => true,
        _ => false,
    };
}
