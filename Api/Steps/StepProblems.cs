using System.Globalization;
using KvStore.Api.Problems;
using KvStore.Protocol;

namespace KvStore.Api.Steps;

/// <summary>Turns what a shard refused of a transaction into problems that name the step.</summary>
internal static class StepProblems
{
    /// <summary>The problem of a transaction that was refused.</summary>
    public static ProblemResult OfTransaction(OperationResult result, uint shard, StateLimits limits) =>
        IsOfStep(result.Code) ? OfStep(result, shard, limits) : ResultProblems.Of(result, shard, limits);

    private static ProblemResult OfStep(OperationResult result, uint shard, StateLimits limits)
    {
        var problem = ResultProblems.Of(result, shard, limits);
        var step = (int)result.Offset;
        return new ProblemResult(problem.Kind, string.Create(CultureInfo.InvariantCulture,
            $"Step {step} of the branch that was carried out: {problem.Detail} Nothing of the transaction was applied."))
        {
            Shard = shard,
            Revision = result.Revision,
            StepETag = problem.ETag,
            Step = step,
            Limit = problem.Limit,
            Max = problem.Max,
        };
    }

    // What a single step can be refused for; all else is about the request.
    private static bool IsOfStep(ResultCode code) => code is ResultCode.NotFound or ResultCode.PreconditionFailed or ResultCode.TooLarge
        or ResultCode.RangeNotSatisfiable or ResultCode.Unprocessable;
}
