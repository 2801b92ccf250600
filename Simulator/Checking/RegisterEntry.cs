using System.Collections.Immutable;
using System.Text;
using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>What one step sees of a register or does to it.</summary>
/// <param name="Kind">What it does; a read also stands for a condition.</param>
/// <param name="Succeeded">Whether it did; a condition: whether it held.</param>
/// <param name="Expected">The value that it needs.</param>
/// <param name="Value">The value that it writes.</param>
internal sealed record RegisterStep(OperationKind Kind, bool Succeeded, string? Expected = null, string? Value = null)
{
    public static RegisterStep Of(StepView view)
    {
        var (step, succeeded) = (view.Step, view.Result is null or { Code: ResultCode.Ok or ResultCode.Created });
        return step.Kind == OperationKind.Get
            ? new RegisterStep(OperationKind.Get, Succeeded: true, Expected: succeeded ? Encoding.ASCII.GetString(view.Result!.Value.Span) : null)
            : new RegisterStep(step.Kind, succeeded, step.Expected, step.Value);
    }

    /// <summary>What the register holds after the step; false when it could not have ended as it did.</summary>
    public bool TryApply(string? before, out string? after)
    {
        after = Kind switch
        {
            OperationKind.Get => before,
            OperationKind.Delete => null,
            _ => Value,
        };
        var could = Kind switch
        {
            OperationKind.Get or OperationKind.CompareAndSet => string.Equals(before, Expected, StringComparison.Ordinal),
            OperationKind.Create => before is null,
            OperationKind.Delete => before is not null,
            _ => true,
        };
        if (!Succeeded) after = before;
        return could == Succeeded;
    }
}

/// <summary>What one operation does to a register, at once, at some moment from its invocation to its answer.</summary>
/// <param name="Invoked">When it was first submitted.</param>
/// <param name="Answered">When it was answered.</param>
/// <param name="IsOptional">Whether it may not have happened at all.</param>
/// <param name="Branches">The steps; one of several lists of them when it is not known which.</param>
internal sealed record RegisterEntry(long Invoked, long Answered, bool IsOptional, ImmutableArray<ImmutableArray<RegisterStep>> Branches)
{
    public static RegisterEntry Certain(long invoked, long answered, params ReadOnlySpan<RegisterStep> steps) => new(invoked, answered, IsOptional: false, [[.. steps]]);

    public static RegisterEntry Perhaps(long invoked, params ReadOnlySpan<RegisterStep> steps) => new(invoked, long.MaxValue, IsOptional: true, [[.. steps]]);

    /// <summary>The entries of an operation on a register: none when it certainly had no effect and saw nothing.</summary>
    public static IEnumerable<RegisterEntry> Of(ClientOperation operation, string key, int shards)
    {
        var views = StepView.Of(operation, shards).Where(view => string.Equals(view.Step.Key, key, StringComparison.Ordinal)).ToList();
        var done = operation.Intent.Kind == OperationKind.Transaction ? OfTransaction(operation, key, views, shards) : views.SelectMany(view => OfOne(operation, view));
        // A key that expires does so at some time after it was put, seen by nobody.
        var expiring = views.Where(view => view.Step.TimeToLive > 0 && view.Known != Knowledge.NotDone);
        return done.Concat(expiring.Select(view => Perhaps(operation.Invoked, new RegisterStep(OperationKind.CompareAndSet, Succeeded: true, Expected: view.Step.Value))));
    }

    /// <summary>What the register may hold after the operation: nothing when it could not have ended as it did.</summary>
    public IEnumerable<string?> Apply(string? before)
    {
        foreach (var steps in Branches)
        {
            var (value, could) = (before, true);
            foreach (var step in steps) could = could && step.TryApply(value, out value);
            if (could) yield return value;
        }
    }

    private static IEnumerable<RegisterEntry> OfOne(ClientOperation operation, StepView view) => view.Known switch
    {
        Knowledge.Answered => [Certain(operation.Invoked, operation.Answered!.Value, RegisterStep.Of(view))],
        Knowledge.Unknown when view.Step.Kind != OperationKind.Get => [Perhaps(operation.Invoked, RegisterStep.Of(view))],
        _ => [],
    };

    private static IEnumerable<RegisterEntry> OfTransaction(ClientOperation operation, string key, List<StepView> views, int shards)
    {
        var part = operation.PartOf(ShardRule.Of(key, shards));
        if (StepView.ResultsOf(part?.Result) is { } results)
        {
            var conditions = operation.Intent.If.Where(condition => string.Equals(condition.Key, key, StringComparison.Ordinal)).SelectMany(ConditionSteps).ToList();
            // Of several conditions nobody says which one did not hold.
            if (!results.Succeeded) conditions = operation.Intent.If.Length == 1 && conditions.Count == 1 ? [conditions[0] with { Succeeded = !conditions[0].Succeeded }] : [];
            return [Certain(operation.Invoked, operation.Answered!.Value, [.. conditions, .. views.Where(view => view.Known == Knowledge.Answered).Select(RegisterStep.Of)])];
        }

        if (!views.Exists(view => view.Known == Knowledge.Unknown)) return [];
        ImmutableArray<RegisterStep> Branch(ImmutableArray<Intent> steps) =>
            [.. steps.Where(step => step.Kind != OperationKind.Get && string.Equals(step.Key, key, StringComparison.Ordinal)).Select(step => new RegisterStep(step.Kind == OperationKind.Delete ? OperationKind.Put : step.Kind, Succeeded: true, Value: step.Kind == OperationKind.Delete ? null : step.Value))];
        return [new RegisterEntry(operation.Invoked, long.MaxValue, IsOptional: true, [Branch(operation.Intent.Then), Branch(operation.Intent.Else)])];
    }

    // A revision stands for the value that the key had at it: no value is written twice.
    private static IEnumerable<RegisterStep> ConditionSteps(Condition condition)
    {
        if (condition.Revision is not null) yield return new RegisterStep(OperationKind.Get, Succeeded: true, condition.Expected);
        if (condition.Exists is { } exists) yield return new RegisterStep(OperationKind.Get, Succeeded: !exists, Expected: null);
        if (condition.Value is not null) yield return new RegisterStep(OperationKind.Get, Succeeded: true, condition.Value);
    }
}
