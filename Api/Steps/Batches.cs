using KvStore.Api.Problems;
using KvStore.Api.Requests;
using KvStore.Api.Routing;
using KvStore.StateMachine;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KvStore.Api.Steps;

/// <summary>
/// Independent operations on any keys: <c>POST /v1/batch</c>. The request is ordered on every shard that one of its keys belongs to, and each shard carries
/// out what belongs to it.
/// </summary>
internal static class Batches
{
    /// <summary>Carries out a batch.</summary>
    public static async Task<Results<BatchResult, ProblemResult>> RunAsync(HttpContext context, ShardRouter router)
    {
        var request = await StepsRequest.ReadAsync(context, router.Limits);
        if (request.Problem is not null) return request.Problem;
        var batch = (BatchCommand)request.Command!; // The parser reads nothing else under this path.
        var shards = new int[batch.Operations.Length];
        for (var i = 0; i < shards.Length; i++) shards[i] = router.NumberOf(batch.Operations[i].Key);
        var answers = await AskAsync(router, shards, request.Incoming, context.RequestAborted);
        return Unanswered(answers) ?? (Results<BatchResult, ProblemResult>)new BatchResult(batch, shards, answers, router.Limits);
    }

    // By number; null for a shard that has no part in it.
    private static async Task<ShardSteps?[]> AskAsync(ShardRouter router, int[] shards, Incoming incoming, CancellationToken cancel)
    {
        var asked = new Task<ShardAnswer>?[router.Shards.Length];
        foreach (var shard in shards) asked[shard] ??= router.Shards[shard].OrderAsync(incoming, cancel).AsTask();
        var answers = new ShardSteps?[asked.Length];
        for (var shard = 0; shard < asked.Length; shard++)
        {
            if (asked[shard] is { } answer) answers[shard] = new ShardSteps((uint)shard, await answer, router.Limits);
        }

        return answers;
    }

    // When no shard has a result, the whole is a problem: the one that says least about what was applied.
    private static ProblemResult? Unanswered(ShardSteps?[] answers)
    {
        ProblemResult? problem = null;
        foreach (var answer in answers)
        {
            if (answer is null) continue;
            if (answer.Problem is null) return null;
            if (problem is null || problem.Outcome == Outcome.NotApplied) problem = answer.Problem;
        }

        return problem;
    }
}
