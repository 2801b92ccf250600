using KvStore.Api.Problems;
using KvStore.Api.Requests;
using KvStore.Api.Routing;
using KvStore.Protocol;
using KvStore.StateMachine;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KvStore.Api.Values;

/// <summary>PUT, POST, PATCH and DELETE of a key. What they mean is the state machine's; here they are read, ordered and answered.</summary>
internal static class ValueWrites
{
    private const int SmallBytes = 16 * 1024;

    /// <summary>Carries out a write.</summary>
    public static async Task<Results<WriteResult, ProblemResult>> WriteAsync(HttpContext context, ShardRouter router, OperationMethod method)
    {
        var limits = router.Limits;
        if (IsForHead(context.Request) && Judge(context, method, limits) is { } refused) return refused;
        var body = await ReadBodyAsync(context, method, limits);
        if (body.Problem is not null) return body.Problem;
        if (IncomingReader.Read(context, method, body.Bytes, out var incoming) is { } unfit) return unfit;
        if (!OperationParser.TryParse(incoming.Operation, limits, out var command, out var error)) return ParseProblems.Of(error, limits);

        var gateway = router.Of(((KeyCommand)command).Key); // The route is that of a key.
        var answer = await gateway.OrderAsync(incoming, context.RequestAborted);
        if (answer.Problem is not null) return answer.Problem;
        answer.MarkReplay(context.Response);
        var result = answer.Result!;
        if (result.Refused) return ResultProblems.Of(result, gateway.Shard, limits);
        return new WriteResult(method, result, gateway.Shard);
    }

    // Whether the head is worth a look of its own before the body is read: for a client that asked first, and need not send in vain, and for
    // a body that is not small. RFC 9110 section 14.5: a PUT of a part must not be taken for one of the whole.
    private static bool IsForHead(HttpRequest request) =>
        request.ContentLength is null or > SmallBytes || request.Headers.Expect.Count > 0 || request.Headers.ContentRange.Count > 0;

    private static ProblemResult? Judge(HttpContext context, OperationMethod method, StateLimits limits)
    {
        if (context.Request.Headers.ContentRange.Count > 0)
            return new ProblemResult(ProblemKinds.UnexpectedHeader, "The header 'content-range' has no meaning here: POST appends, PATCH keeps a slice.");
        if (IncomingReader.ReadHead(context, method, out var head) is { } malformed) return malformed;

        // What a slice's body says can only be judged with the body.
        if (OperationParser.TryParse(head, limits, out _, out var error)) return null;
        return string.Equals(error.Code, ParseErrors.BadSlice, StringComparison.Ordinal) ? null : ParseProblems.Of(error, limits);
    }

    private static async ValueTask<BodyOutcome> ReadBodyAsync(HttpContext context, OperationMethod method, StateLimits limits)
    {
        if (method != OperationMethod.Delete) return await BodyReader.ReadAsync(context, ProblemKinds.ValueTooLarge, "valueBytesMax", limits.ValueBytesMax);
        return BodyReader.HasBody(context)
            ? new BodyOutcome(default, new ProblemResult(ProblemKinds.UnexpectedBody, "DELETE takes no body; leave it out."))
            : default;
    }
}
