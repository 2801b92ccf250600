// Registers go to the simulator's search without a witness. For keys that are only appended to, the final value is the witness (Gibbons and Korach, 1997:
// with unique values it decides): an order exists if and only if that of the final value respects real time and explains every read.
using KvStore.Simulator;
using Kind = KvStore.Simulator.OperationKind;

namespace KvStore.Cli.Tests.Chaos;

/// <summary>Whether what clients saw is what one correct register a key could have shown them.</summary>
internal static class ChaosCheck
{
    private const int NamedMax = 10;

    /// <summary>The promises that were broken, in words; the first few.</summary>
    public static IReadOnlyList<string> Violations(IReadOnlyList<ChaosOperation> history)
    {
        var broken = new List<string>();
        foreach (var key in history.GroupBy(operation => operation.Key, StringComparer.Ordinal))
        {
            var operations = key.ToList();
            broken.AddRange(operations.Exists(operation => operation.Deed == Deed.Append) ? Appends(key.Key, operations) : Register(key.Key, operations));
        }

        broken.AddRange(Revisions(history));
        return [.. broken.Take(NamedMax)];
    }

    private static IEnumerable<string> Register(string key, List<ChaosOperation> operations)
    {
        var entries = operations.Where(operation => operation.Fate != Fate.Refused).Select(EntryOf).OfType<RegisterEntry>().ToList();
        var judged = RegisterLinearizability.Judge(entries);
        if (judged is null) yield return $"{key}: {entries.Count} operations are too many to find an order of";
        else if (judged is false) yield return $"{key}: no order explains its {entries.Count} operations";
        var refused = operations.Where(operation => operation.Fate == Fate.Refused).Select(operation => operation.Text).ToHashSet(StringComparer.Ordinal);
        foreach (var read in operations.Where(operation => IsRead(operation) && operation.Text is not null && refused.Contains(operation.Text)))
            yield return $"{key}: {read.Text} was read, which was refused";
    }

    private static RegisterEntry? EntryOf(ChaosOperation operation) => operation switch
    {
        { Deed: Deed.Put, Fate: Fate.Done } => RegisterEntry.Certain(operation.Invoked, operation.Answered, new RegisterStep(Kind.Put, Succeeded: true, Value: operation.Text)),
        { Deed: Deed.Put } => RegisterEntry.Perhaps(operation.Invoked, new RegisterStep(Kind.Put, Succeeded: true, Value: operation.Text)),
        { Fate: Fate.Done } => RegisterEntry.Certain(operation.Invoked, operation.Answered, new RegisterStep(Kind.Get, Succeeded: true, Expected: operation.Text)),
        _ => null,
    };

    private static IEnumerable<string> Appends(string key, List<ChaosOperation> operations)
    {
        var last = operations.Where(IsRead).MaxBy(read => read.Invoked);
        if (last is null) return [$"{key} was never read"];
        var final = last.Text ?? "";
        var broken = new List<string>();
        var placed = new List<(long End, ChaosOperation Operation)>();
        foreach (var append in operations.Where(operation => operation.Deed == Deed.Append))
        {
            var (first, count) = Find(final, append.Text!);
            var isGood = append.Fate switch
            {
                Fate.Done => count == 1 && first == append.Offset,
                Fate.Unknown => count <= 1,
                _ => count == 0,
            };
            if (!isGood) broken.Add($"{key}: {append.Text} is {append.Fate} at {append.Offset}; it stands {count} times, first at {first}");
            if (count > 0) placed.Add((first + append.Text!.Length, append.Fate == Fate.Done ? append : append with { Answered = long.MaxValue }));
        }

        foreach (var read in operations.Where(IsRead))
        {
            if (!final.StartsWith(read.Text ?? "", StringComparison.Ordinal)) broken.Add($"{key}: a read saw what is no beginning of the final value");
            placed.Add((read.Text?.Length ?? 0, read));
        }

        if (placed.Where(each => each.Operation.Deed == Deed.Append).Sum(each => each.Operation.Text!.Length) != final.Length) broken.Add($"{key} holds what nobody appended");
        broken.AddRange(OutOfOrder(placed.OrderBy(each => each.End).ThenBy(each => each.Operation.Deed).ThenBy(each => each.Operation.Invoked).Select(each => each.Operation)));
        return broken;
    }

    // Every write has a revision of its own, and revisions respect real time within a shard, whatever the keys.
    private static IEnumerable<string> Revisions(IReadOnlyList<ChaosOperation> history)
    {
        foreach (var shard in history.Where(operation => operation.IsAcknowledgedWrite).GroupBy(operation => operation.Shard))
        {
            var writes = shard.OrderBy(write => write.Revision).ToList();
            foreach (var (one, other) in writes.Zip(writes.Skip(1)))
            {
                if (one.Revision == other.Revision) yield return $"{one.Text} and {other.Text} both have revision {one.Revision} of shard {shard.Key}";
            }

            foreach (var wrong in OutOfOrder(writes)) yield return wrong;
        }
    }

    /// <summary>Those that were answered before something was begun that comes before them in the order.</summary>
    private static IEnumerable<string> OutOfOrder(IEnumerable<ChaosOperation> order)
    {
        ChaosOperation? latest = null;
        foreach (var operation in order)
        {
            if (latest is not null && operation.Answered < latest.Invoked) yield return $"{operation} was over before {latest} began, and comes after it";
            if (latest is null || operation.Invoked > latest.Invoked) latest = operation;
        }
    }

    private static bool IsRead(ChaosOperation operation) => operation is { Deed: Deed.Get, Fate: Fate.Done };

    private static (int First, int Count) Find(string value, string token)
    {
        var first = value.IndexOf(token, StringComparison.Ordinal);
        return (first, first < 0 ? 0 : first == value.LastIndexOf(token, StringComparison.Ordinal) ? 1 : 2);
    }
}
