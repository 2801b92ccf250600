using KvStore.Api.Problems;
using KvStore.Api.Requests;
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Api.Steps;

/// <summary>A transaction or a batch as it came in, or the problem with it.</summary>
/// <param name="Incoming">The request.</param>
/// <param name="Command">What it asks for; null when there is a problem.</param>
/// <param name="Problem">What is wrong; null when nothing is.</param>
internal readonly record struct StepsRequest(Incoming Incoming, Command? Command, ProblemResult? Problem)
{
    /// <summary>Reads a request, its body included.</summary>
    public static async ValueTask<StepsRequest> ReadAsync(HttpContext context, StateLimits limits)
    {
        if (IncomingReader.ReadHead(context, OperationMethod.Post, out var head) is { } refused) return new StepsRequest(default, null, refused);
        if (OfHead(head, limits) is { } unfitHead) return new StepsRequest(default, null, unfitHead);
        var body = await BodyReader.ReadAsync(context, ProblemKinds.BatchTooLarge, "batchBytesMax", limits.BatchBytesMax);
        if (body.Problem is not null) return new StepsRequest(default, null, body.Problem);
        if (IncomingReader.Read(context, OperationMethod.Post, body.Bytes, out var incoming) is { } unfit) return new StepsRequest(default, null, unfit);
        return OperationParser.TryParse(incoming.Operation, limits, out var command, out var error)
            ? new StepsRequest(incoming, command, null)
            : new StepsRequest(default, null, ParseProblems.Of(error, limits));
    }

    // A body of megabytes need not be sent in vain. What it says can only be judged with it.
    private static ProblemResult? OfHead(Operation head, StateLimits limits)
    {
        if (OperationParser.TryParse(head, limits, out _, out var error)) return null;
        return error.Code is ParseErrors.BadTransaction or ParseErrors.BadBatch ? null : ParseProblems.Of(error, limits);
    }
}
