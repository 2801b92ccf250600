// Transactions and batches on the dictionary: what does not happen is simply not taken over.
using System.Collections.Immutable;
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Simulator;

/// <summary>Carries out the steps of a transaction or a batch.</summary>
internal static class StepsOracle
{
    public static (KeyOracle After, OperationResult Result) Transaction(KeyOracle before, Intent intent, OracleBatch batch)
    {
        if (!intent.Keys.All(batch.Rule.Owns)) return (before, new OperationResult { Code = ResultCode.WrongShard, Revision = before.Revision });
        var succeeded = intent.If.All(condition => Holds(condition, before.Keys.GetValueOrDefault(condition.Key)));
        var (after, tried) = (before with { Shared = before.Revision + 1 }, new OracleBatch(batch.Rule, batch.Time));
        var results = new List<StepResult>();
        foreach (var step in succeeded ? intent.Then : intent.Else)
        {
            var (next, result) = after.Execute(step, tried);
            if (IsRefusal(step, result.Code)) return (before, Refusal(before, step, results.Count, succeeded, result.Code));
            after = next;
            results.Add(new StepResult(results.Count, result));
        }

        batch.Changes.AddRange(tried.Changes);
        ImmutableArray<StepResult> atOnce = [.. results.Select(step => step with { Result = step.Result with { Revision = after.Revision } })];
        return (after with { Shared = null }, Done(after, succeeded, atOnce));
    }

    public static (KeyOracle After, OperationResult Result) Batch(KeyOracle before, Intent intent, OracleBatch batch)
    {
        var after = before;
        var results = ImmutableArray.CreateBuilder<StepResult>();
        for (var i = 0; i < intent.Then.Length; i++)
        {
            if (!batch.Rule.Owns(intent.Then[i].Key)) continue;
            (after, var result) = after.Execute(intent.Then[i], batch);
            results.Add(new StepResult(i, result));
        }

        return results.Count == 0
            ? (before, new OperationResult { Code = ResultCode.WrongShard, Revision = before.Revision })
            : (after, Done(after, succeeded: true, results.ToImmutable()));
    }

    private static bool Holds(Condition condition, Kept? found) =>
        (condition.Revision is not { } revision || revision == (found?.Revision ?? 0))
        && (condition.Exists is not { } exists || exists == found is not null)
        && (condition.Value is not { } value || string.Equals(found?.Value, value, StringComparison.Ordinal));

    // Nothing to read and nothing to delete are answers.
    private static bool IsRefusal(Intent step, ResultCode code) =>
        code is not (ResultCode.Ok or ResultCode.Created) && !(code == ResultCode.NotFound && step.Kind is (OperationKind.Get or OperationKind.Delete));

    private static OperationResult Refusal(KeyOracle before, Intent step, int index, bool succeeded, ResultCode code)
    {
        var found = before.Keys.GetValueOrDefault(step.Key);
        return new OperationResult
        {
            Code = code,
            Revision = before.Revision,
            KeyRevision = found?.Revision ?? 0,
            Offset = (ulong)index,
            Length = (ulong)(found?.Value.Length ?? 0),
            Expires = found?.Expires ?? default,
            Value = new StepResults(succeeded, []).ToBytes(),
        };
    }

    private static OperationResult Done(KeyOracle after, bool succeeded, ImmutableArray<StepResult> results) =>
        new() { Code = ResultCode.Ok, Revision = after.Revision, Value = new StepResults(succeeded, results).ToBytes() };
}
