using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>Draws what a client does next. A few keys only, so that clients meet; what is written is unique, so that every read says whom it read.</summary>
internal sealed class IntentMaker(int client, DeterministicRandom random, KeySpace keys)
{
    private const int LonelyChance = 1500;
    private const int SliceMax = 12;

    private readonly Dictionary<string, (ulong Revision, string? Value)> _seen = [];
    private int _written;

    /// <summary>Something that is ordered.</summary>
    public Intent Ordered()
    {
        var key = Key(KeySpace.Register);
        switch (random.Below(10))
        {
            case 0: return new Intent(OperationKind.Get, key);
            case 1 or 2: return new Intent(OperationKind.Put, key, Unique());
            case 3: return new Intent(OperationKind.Create, key, Unique());
            case 4 or 5:
                return _seen.TryGetValue(key, out var seen) && seen.Revision != 0
                    ? new Intent(OperationKind.CompareAndSet, key, Unique(), seen.Revision, seen.Value)
                    : new Intent(OperationKind.Get, key);
            case 6: return new Intent(OperationKind.Delete, key);
            case 7: return new Intent(OperationKind.Append, Key(KeySpace.AppendOnly), Unique());
            case 8: return new Intent(OperationKind.Append, Key(KeySpace.Text), Unique());
            default:
                return random.Chance(5000)
                ? new Intent(OperationKind.List, random.Chance(5000) ? "r" : "t")
                : new Intent(OperationKind.KeepSlice, Key(KeySpace.Text), Start: random.Between(0, SliceMax), End: random.Between(0, SliceMax));
        }
    }

    /// <summary>Something that is read without being ordered.</summary>
    public Intent Read() => random.Chance(8000)
        ? new Intent(OperationKind.Get, Key(KeySpace.Register))
        : random.Chance(5000) ? new Intent(OperationKind.List, $"{KeySpace.Text}") : new Intent(OperationKind.Get, Key(KeySpace.Text));

    /// <summary>Remembers what an answer says of a key, for the next compare-and-set.</summary>
    public void OnAnswer(Intent intent, OperationResult result)
    {
        if (result.Code is not (ResultCode.Ok or ResultCode.Created)) return;
        if (intent.Kind == OperationKind.Get) _seen[intent.Key] = (result.KeyRevision, System.Text.Encoding.ASCII.GetString(result.Value.Span));
        else if (intent.Kind is OperationKind.Put or OperationKind.Create or OperationKind.CompareAndSet) _seen[intent.Key] = (result.KeyRevision, intent.Value);
    }

    private string Key(char letter) => random.Chance(LonelyChance)
        ? KeySpace.Lonely(letter, random.Below(keys.Members))
        : KeySpace.Key(letter, random.Below(keys.Members), random.Pick(keys.Tags));

    private string Unique() => $"c{client}.{++_written};";
}
