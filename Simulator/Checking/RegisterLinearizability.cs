// Wing and Gong, JPDC 1993, with Lowe's memory of configurations that were tried (2017): a search for an order of one register's operations that
// respects real time and explains every result. It knows nothing of positions, replicas or revisions, which is the point of it.
using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>Checks each register key's history on its own, without the group's order as a witness.</summary>
internal static class RegisterLinearizability
{
    private const int StatesMax = 100_000;

    public static void Check(World world)
    {
        if (world.Violations.Any) return;
        var keys = world.History.Operations.Where(operation => operation.Intent.Kind != OperationKind.List && operation.Intent.Key.StartsWith('r')).GroupBy(operation => operation.Intent.Key);
        foreach (var key in keys.OrderBy(each => each.Key, StringComparer.Ordinal))
        {
            if (!IsLinearizable([.. key.Select(operation => Entry.Of(operation, ShardRule.Of(key.Key, world.Shards.Length))).OfType<Entry>()])) world.Violations.Add("Linearizability", $"no order explains the history of {key.Key}");
        }
    }

    /// <summary>Whether an order exists; also true when the budget does not suffice to know.</summary>
    public static bool IsLinearizable(IReadOnlyList<Entry> history)
    {
        var entries = history.OrderBy(entry => entry.Invoked).ToArray();
        var tried = new HashSet<(string Done, string? Value)>();
        var stack = new Stack<(ulong[] Done, string? Value)>();
        stack.Push((new ulong[entries.Length / 64 + 1], null));
        while (stack.TryPop(out var state))
        {
            if (Array.TrueForAll(entries, entry => entry.IsOptional || Has(state.Done, entry, entries))) return true;
            if (tried.Count > StatesMax) return true;
            Expand(entries, state.Done, state.Value, tried, stack);
        }

        return false;
    }

    // Next may come whatever was invoked before the earliest answer among what has not come yet.
    private static void Expand(Entry[] entries, ulong[] done, string? value, HashSet<(string Done, string? Value)> tried, Stack<(ulong[] Done, string? Value)> stack)
    {
        var deadline = long.MaxValue;
        for (var i = 0; i < entries.Length; i++)
        {
            if (!IsSet(done, i)) deadline = Math.Min(deadline, entries[i].Answered);
        }

        for (var i = entries.Length - 1; i >= 0; i--)
        {
            if (IsSet(done, i) || entries[i].Invoked > deadline || !entries[i].TryApply(value, out var after)) continue;
            var next = (ulong[])done.Clone();
            next[i / 64] |= 1UL << (i % 64);
            if (tried.Add((string.Join(',', next), after))) stack.Push((next, after));
        }
    }

    private static bool Has(ulong[] done, Entry entry, Entry[] entries) => IsSet(done, Array.IndexOf(entries, entry));

    private static bool IsSet(ulong[] bits, int index) => (bits[index / 64] >> (index % 64) & 1) != 0;

    /// <summary>One operation on a register.</summary>
    internal sealed record Entry(long Invoked, long Answered, bool IsOptional, OperationKind Kind, bool Succeeded, string? Expected, string? Value)
    {
        /// <summary>The entry of an operation at the shard of its key; null for one that certainly had no effect and saw nothing.</summary>
        public static Entry? Of(ClientOperation operation, int shard)
        {
            if (operation.PartOf(shard) is not { } part) return null;
            var intent = operation.Intent;
            var isWrite = intent.Kind != OperationKind.Get;
            // Refused for its nonce or its time: another copy may still have been applied, before or after.
            var isUnknown = part.Result is not { } result || result.Code is ResultCode.Stale or ResultCode.Conflict or ResultCode.Expired or ResultCode.TooManySessions or ResultCode.Invalid;
            if (isUnknown) return isWrite ? new Entry(operation.Invoked, long.MaxValue, true, intent.Kind, true, intent.Expected, intent.Value) : null;
            var succeeded = part.Result!.Code is ResultCode.Ok or ResultCode.Created;
            var value = isWrite ? intent.Value : succeeded ? System.Text.Encoding.ASCII.GetString(part.Result.Value.Span) : null;
            return new Entry(operation.Invoked, operation.Answered!.Value, false, intent.Kind, succeeded, intent.Expected, value);
        }

        /// <summary>What the register holds after the operation; false when it could not have ended as it did.</summary>
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
                OperationKind.Get => before == Value,
                OperationKind.Create => before is null,
                OperationKind.CompareAndSet => before == Expected,
                OperationKind.Delete => before is not null,
                _ => true,
            };
            if (Kind is OperationKind.Get or OperationKind.Put) return could;
            if (!Succeeded) after = before;
            return could == Succeeded;
        }
    }
}
