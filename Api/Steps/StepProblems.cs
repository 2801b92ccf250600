using System.Globalization;
using KvStore.Api.Problems;
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Api.Steps;

/// <summary>Turns what a shard refused of a transaction's or a batch's steps into problems.</summary>
internal static class StepProblems
{
    /// <summary>The problem of a step that was refused.</summary>
    public static ProblemResult Of(KeyCommand step, OperationResult result, uint shard, StateLimits limits) =>
        step is GetCommand && result.Code == ResultCode.TooLarge ? AnswerTooLarge(result, shard, limits) : ResultProblems.Of(result, shard, limits);

    /// <summary>The problem of a transaction that was refused: it names the step, when it was because of one.</summary>
    public static ProblemResult OfTransaction(TransactionCommand transaction, OperationResult result, uint shard, StateLimits limits)
    {
        if (result.Value.IsEmpty) return ResultProblems.Of(result, shard, limits); // It is the request that was refused, and no step.
        var succeeded = ShardSteps.Decode(result.Value).Succeeded;
        var index = (int)result.Offset;
        var problem = Of((succeeded ? transaction.Then : transaction.Else)[index], result, shard, limits);
        var place = string.Create(CultureInfo.InvariantCulture, $"{(succeeded ? "then" : "else")}[{index}]");
        return new ProblemResult(problem.Kind, $"{place}: {problem.Detail} Nothing of the transaction was applied.")
        {
            Shard = shard,
            Revision = result.Revision,
            StepETag = problem.ETag,
            Step = index,
            Limit = problem.Limit,
            Max = problem.Max,
        };
    }

    private static ProblemResult AnswerTooLarge(OperationResult result, uint shard, StateLimits limits) =>
        new(ProblemKinds.AnswerTooLarge, string.Create(CultureInfo.InvariantCulture,
            $"What one request reads has at most {limits.BatchBytesMax} bytes, and the value's {result.Length} are too many. Read it by itself, or a range of it."))
        {
            Shard = shard,
            Revision = result.Revision,
            ETag = result.KeyRevision == 0 ? null : ETags.Of(result.KeyRevision),
            Limit = "batchBytesMax",
            Max = limits.BatchBytesMax,
        };
}
