using KvStore.Api.Problems;
using KvStore.Api.Requests;
using KvStore.Api.Routing;
using KvStore.Protocol;
using KvStore.StateMachine;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KvStore.Api.Values;

/// <summary>GET and HEAD of a key: the value, or a slice of it.</summary>
internal static class ValueReads
{
    /// <summary>Reads a value.</summary>
    public static async Task<Results<ValueResult, NotModifiedResult, ProblemResult>> GetAsync(HttpContext context, ShardRouter router)
    {
        if (Parse(context, router.Limits, out var read, out var wait) is { } problem) return problem;
        var gateway = router.Of(read.Command.Key);
        var answer = wait is { } time
            ? await ValueWaits.ReadAsync(context, gateway, read, time)
            : await gateway.ReadAsync(read.Incoming, read.Command, read.Consistency, context.RequestAborted);
        if (answer.Problem is not null) return answer.Problem;
        answer.MarkReplay(context.Response);
        var result = answer.Result!;
        return result.Code switch
        {
            ResultCode.Ok => new ValueResult(result, read.Command.Range is not null, gateway.Shard),
            ResultCode.NotModified => new NotModifiedResult(result, gateway.Shard),
            _ => ResultProblems.Of(result, gateway.Shard, gateway.Limits),
        };
    }

    private static ProblemResult? Parse(HttpContext context, StateLimits limits, out ValueRead read, out TimeSpan? wait)
    {
        read = default;
        wait = null;
        if (IncomingReader.Read(context, OperationMethod.Get, default, out var incoming) is { } malformed) return malformed;
        if (!OperationParser.TryParse(incoming.Operation, limits, out var command, out var error)) return ParseProblems.Of(error, limits);
        if (BodyReader.HasBody(context)) return new ProblemResult(ProblemKinds.UnexpectedBody, "A read takes no body; leave it out.");
        if (ReadParameters.ReadConsistency(incoming.Operation.Query, out var consistency) is { } unfit) return unfit;
        read = new ValueRead(incoming, (GetCommand)command, consistency); // The route is that of a key, and the method GET.
        return ReadParameters.ReadWait(incoming.Operation.Query, consistency, out wait);
    }
}

/// <summary>A read of a key.</summary>
/// <param name="Incoming">The request.</param>
/// <param name="Command">What it asks for.</param>
/// <param name="Consistency">How it is kept consistent.</param>
internal readonly record struct ValueRead(Incoming Incoming, GetCommand Command, Consistency Consistency);
