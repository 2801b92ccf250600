using KvStore.Api.Problems;
using KvStore.Api.Requests;
using KvStore.Protocol;
using KvStore.StateMachine;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KvStore.Api.Values;

/// <summary>GET and HEAD of a key: the value, or a slice of it.</summary>
internal static class ValueReads
{
    /// <summary>Reads a value.</summary>
    public static async Task<Results<ValueResult, NotModifiedResult, ProblemResult>> GetAsync(HttpContext context, ShardGateway gateway)
    {
        var problem = Parse(context, gateway.Limits, out var incoming, out var command, out var consistency);
        if (problem is not null) return problem;
        var answer = await gateway.ReadAsync(incoming, command!, consistency, context.RequestAborted);
        if (answer.Problem is not null) return answer.Problem;
        answer.MarkReplay(context.Response);
        var result = answer.Result!;
        return result.Code switch
        {
            ResultCode.Ok => new ValueResult(result, IsSlice(command!), gateway.Shard),
            ResultCode.NotModified => new NotModifiedResult(result, gateway.Shard),
            _ => ResultProblems.Of(result, gateway.Shard, gateway.Limits),
        };
    }

    private static ProblemResult? Parse(HttpContext context, StateLimits limits, out Incoming incoming, out Command? command, out Consistency consistency)
    {
        command = null;
        consistency = default;
        if (IncomingReader.Read(context, OperationMethod.Get, default, out incoming) is { } malformed) return malformed;
        if (!OperationParser.TryParse(incoming.Operation, limits, out command, out var error)) return ParseProblems.Of(error, limits);
        if (BodyReader.HasBody(context)) return new ProblemResult(ProblemKinds.UnexpectedBody, "A read takes no body; leave it out.");
        return ReadParameters.Read(incoming.Operation.Query, out consistency);
    }

    private static bool IsSlice(Command command) => command is GetCommand { Range: not null };
}
