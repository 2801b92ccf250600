// adversary.md row 24: append exposes a request that is executed again, put hides it. Knows nothing of positions, sessions or the oracle.
using System.Text;
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Simulator;

/// <summary>
/// Reads, at the end, the values to which clients only ever appended: whatever was acknowledged is in them once, at the place that its answer named,
/// and what has no answer is in them at most once.
/// </summary>
internal static class AppendChecker
{
    public static void Check(World world)
    {
        if (world.Violations.Any) return;
        var appends = world.History.Operations.Where(operation => operation.Intent is { Kind: OperationKind.Append, Key: [KeySpace.AppendOnly, ..] });
        foreach (var key in appends.GroupBy(operation => operation.Intent.Key, StringComparer.Ordinal))
        {
            var value = ValueOf(world, key.Key);
            foreach (var append in key) CheckOne(world, append, append.PartOf(ShardRule.Of(key.Key, world.Shards.Length))?.Result, value);
            var unknown = value.Split(';', StringSplitOptions.RemoveEmptyEntries).Except(key.Select(append => append.Intent.Value.TrimEnd(';')), StringComparer.Ordinal).ToList();
            if (unknown.Count > 0) world.Violations.Add("Exactly once", $"{key.Key} holds {unknown[0]}, which nobody appended");
        }
    }

    private static void CheckOne(World world, ClientOperation append, OperationResult? result, string value)
    {
        var token = append.Intent.Value;
        var first = value.IndexOf(token, StringComparison.Ordinal);
        var count = first < 0 ? 0 : first == value.LastIndexOf(token, StringComparison.Ordinal) ? 1 : 2;
        var isAcknowledged = result is { Code: ResultCode.Ok or ResultCode.Created };
        if (count > 1 || (isAcknowledged && (count == 0 || (ulong)first != result!.Offset)))
        {
            world.Violations.Add("Exactly once", $"{append} {(isAcknowledged ? $"was acknowledged at {result!.Offset}" : "has no answer")}, and stands {count} times, first at {first}");
        }
    }

    private static string ValueOf(World world, string key)
    {
        var state = world.Shards[ShardRule.Of(key, world.Shards.Length)].Machines.First(machine => machine.Process is not null).Process!.Driver.State;
        Invariant.Holds(OperationParser.TryParse(new Intent(OperationKind.Get, key).ToOperation(), state.Limits, out var command, out _));
        return Encoding.ASCII.GetString(state.Read(command).Value.Span);
    }
}
