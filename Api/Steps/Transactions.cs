using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using KvStore.Api.Problems;
using KvStore.Api.Routing;
using KvStore.StateMachine;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KvStore.Api.Steps;

/// <summary>All steps of one branch, or none: <c>POST /v1/txn</c>. All keys are on one shard.</summary>
internal static class Transactions
{
    private const int KeyShownMax = 64;

    /// <summary>Carries out a transaction.</summary>
    public static async Task<Results<TransactionResult, ProblemResult>> RunAsync(HttpContext context, ShardRouter router)
    {
        var request = await StepsRequest.ReadAsync(context, router.Limits);
        if (request.Problem is not null) return request.Problem;
        var transaction = (TransactionCommand)request.Command!; // The parser reads nothing else under this path.
        var keys = KeysOf(transaction);
        if (CrossShard(router, keys) is { } crossing) return crossing;
        var gateway = router.Of(keys[0]);
        var answer = await gateway.OrderAsync(request.Incoming, context.RequestAborted);
        if (answer.Problem is not null) return answer.Problem;
        answer.MarkReplay(context.Response);
        return answer.Result!.Refused
            ? StepProblems.OfTransaction(transaction, answer.Result, gateway.Shard, router.Limits)
            : new TransactionResult(transaction, answer.Result, gateway.Shard, router.Limits);
    }

    // There is at least one, because a transaction has at least one step.
    private static ImmutableArray<Key> KeysOf(TransactionCommand transaction)
    {
        var keys = ImmutableArray.CreateBuilder<Key>(transaction.If.Length + transaction.Then.Length + transaction.Else.Length);
        foreach (var comparison in transaction.If) keys.Add(comparison.Key);
        foreach (var step in transaction.Then) keys.Add(step.Key);
        foreach (var step in transaction.Else) keys.Add(step.Key);
        return keys.MoveToImmutable();
    }

    private static ProblemResult? CrossShard(ShardRouter router, ImmutableArray<Key> keys)
    {
        var shard = router.NumberOf(keys[0]);
        foreach (var key in keys)
        {
            var other = router.NumberOf(key);
            if (other == shard) continue;
            return new ProblemResult(ProblemKinds.CrossShard, string.Create(CultureInfo.InvariantCulture,
                $"{Shown(keys[0])} is on shard {shard} and {Shown(key)} on shard {other}. Put the same text in braces into all keys of a transaction, as in {{order-7}}/item and {{order-7}}/sum: only that text then decides the shard. Or use /v1/batch, which is not all or nothing."));
        }

        return null;
    }

    private static string Shown(Key key)
    {
        if (!Utf8.IsValid(key.Span)) return "A key that is not text";
        var text = Encoding.UTF8.GetString(key.Span);
        return text.Length <= KeyShownMax ? $"'{text}'" : $"'{text[..KeyShownMax]}…'";
    }
}
