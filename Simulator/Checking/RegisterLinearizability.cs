// Wing and Gong, JPDC 1993, with Lowe's memory of configurations that were tried (2017): a search for an order of one register's operations that
// respects real time and explains every result. It knows nothing of positions, replicas or revisions, which is the point of it.
using System.Runtime.InteropServices;

namespace KvStore.Simulator;

/// <summary>Checks each register key's history on its own, without the group's order as a witness.</summary>
internal static class RegisterLinearizability
{
    private const int StatesMax = 100_000;

    // Where a liar's gateway answers nobody, operations overlap for so long that the search seldom ends; it must not take most of a run's time.
    private const int StatesMaxAmongLiars = 10_000;

    public static void Check(World world)
    {
        if (world.Violations.Any) return;
        var statesMax = world.Settings.LiesEvery > 0 ? StatesMaxAmongLiars : StatesMax;
        var operations = world.History.Operations.Where(operation => operation.Intent.Kind != OperationKind.List);
        var keys = operations.SelectMany(operation => operation.Intent.Keys.Distinct(StringComparer.Ordinal).Where(IsRegister).Select(key => (Key: key, Operation: operation)));
        foreach (var key in keys.GroupBy(each => each.Key, StringComparer.Ordinal).OrderBy(each => each.Key, StringComparer.Ordinal))
        {
            var entries = key.SelectMany(each => RegisterEntry.Of(each.Operation, key.Key, world.Shards.Length)).ToList();
            if (Judge(entries, statesMax) is false) world.Violations.Add("Linearizability", $"no order explains the history of {key.Key}");
        }
    }

    /// <summary>Whether an order exists; also true when the budget does not suffice to know.</summary>
    public static bool IsLinearizable(IReadOnlyList<RegisterEntry> history) => Judge(history) is not false;

    /// <summary>Whether an order exists; null when the budget does not suffice to know.</summary>
    public static bool? Judge(IReadOnlyList<RegisterEntry> history, int statesMax = StatesMax)
    {
        var entries = history.OrderBy(entry => entry.Invoked).ToArray();
        var tried = new HashSet<(string Done, string? Value)>();
        var stack = new Stack<(ulong[] Done, string? Value)>();
        stack.Push((new ulong[entries.Length / 64 + 1], null));
        while (stack.TryPop(out var state))
        {
            if (AllDone(entries, state.Done)) return true;
            if (tried.Count > statesMax) return null;
            Expand(entries, state.Done, state.Value, tried, stack);
        }

        return false;
    }

    private static bool IsRegister(string key) => key[0] is KeySpace.Register or KeySpace.Expiring;

    // Next may come whatever was invoked before the earliest answer among what has not come yet.
    private static void Expand(RegisterEntry[] entries, ulong[] done, string? value, HashSet<(string Done, string? Value)> tried, Stack<(ulong[] Done, string? Value)> stack)
    {
        var deadline = long.MaxValue;
        for (var i = 0; i < entries.Length; i++)
        {
            if (!IsSet(done, i)) deadline = Math.Min(deadline, entries[i].Answered);
        }

        for (var i = entries.Length - 1; i >= 0; i--)
        {
            if (IsSet(done, i) || entries[i].Invoked > deadline) continue;
            foreach (var after in entries[i].Apply(value))
            {
                var next = (ulong[])done.Clone();
                next[i / 64] |= 1UL << (i % 64);
                if (tried.Add((new string(MemoryMarshal.Cast<ulong, char>(next)), after))) stack.Push((next, after));
            }
        }
    }

    private static bool AllDone(RegisterEntry[] entries, ulong[] done)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            if (!entries[i].IsOptional && !IsSet(done, i)) return false;
        }

        return true;
    }

    private static bool IsSet(ulong[] bits, int index) => (bits[index / 64] >> (index % 64) & 1) != 0;
}
