// adversary.md row 24: append exposes a request that is executed again, put hides it. Knows nothing of positions, sessions or the oracle.
using System.Text;
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Simulator;

/// <summary>
/// Reads, at the end, the values to which clients only ever appended: whatever was acknowledged is in them once, at the place that its answer named;
/// what was refused, alone or with its transaction, is not; and what has no answer is in them at most once.
/// </summary>
internal static class AppendChecker
{
    public static void Check(World world)
    {
        if (world.Violations.Any) return;
        var appends = world.History.Operations.Where(operation => operation.Intent.Kind != OperationKind.List)
            .SelectMany(operation => StepView.Of(operation, world.Shards.Length).Select(view => (Operation: operation, View: view)))
            .Where(each => each.View.Step is { Kind: OperationKind.Append, Key: [KeySpace.AppendOnly, ..] });
        foreach (var key in appends.GroupBy(each => each.View.Step.Key, StringComparer.Ordinal))
        {
            var value = ValueOf(world, key.Key);
            foreach (var (operation, view) in key) CheckOne(world, operation, view, value);
            var appended = key.Select(each => each.View.Step.Value.TrimEnd(';'));
            var unknown = value.Split(';', StringSplitOptions.RemoveEmptyEntries).Except(appended, StringComparer.Ordinal).ToList();
            if (unknown.Count > 0) world.Violations.Add("Exactly once", $"{key.Key} holds {unknown[0]}, which nobody appended");
        }
    }

    private static void CheckOne(World world, ClientOperation operation, StepView append, string value)
    {
        var token = append.Step.Value;
        var first = value.IndexOf(token, StringComparison.Ordinal);
        var count = first < 0 ? 0 : first == value.LastIndexOf(token, StringComparison.Ordinal) ? 1 : 2;
        var isGood = append switch
        {
            { Known: Knowledge.Unknown } => count <= 1,
            { Result.Code: ResultCode.Ok or ResultCode.Created } => count == 1 && (ulong)first == append.Result.Offset,
            _ => count == 0,
        };
        if (!isGood) world.Violations.Add("Exactly once", $"{append.Step} of {operation}: {append.Known} {append.Result?.Code} at {append.Result?.Offset}; it stands {count} times, first at {first}");
    }

    private static string ValueOf(World world, string key)
    {
        var state = world.Shards[ShardRule.Of(key, world.Shards.Length)].Machines.First(machine => machine is { Process: not null, Tamper: null }).Process!.Driver.View;
        Invariant.Holds(OperationParser.TryParse(new Intent(OperationKind.Get, key).ToOperation(), state.Limits, out var command, out _));
        return Encoding.ASCII.GetString(state.Read(command).Value.Span);
    }
}
