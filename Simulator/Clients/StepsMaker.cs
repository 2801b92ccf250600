using System.Collections.Immutable;

namespace KvStore.Simulator;

/// <summary>Draws transactions and batches.</summary>
internal sealed class StepsMaker(IntentMaker intents, KeySpace keys, DeterministicRandom random)
{
    private const int StepsMax = 4;
    private const int TwinsChance = 3000;
    private const int AcrossShardsChance = 300;

    /// <summary>A transaction over one family's keys; now and then over those of several shards, which a good gateway would refuse.</summary>
    public Intent Transaction()
    {
        var tag = random.Pick(keys.Tags);
        if (random.Chance(TwinsChance)) return Twins(tag);
        string KeyOf(char letter) => KeySpace.Key(letter, random.Below(keys.Members), random.Chance(AcrossShardsChance) ? random.Pick(keys.Tags) : tag);
        return new Intent(OperationKind.Transaction, "")
        {
            If = Several(random.Below(3), () => Condition(KeyOf(random.Chance(8000) ? KeySpace.Register : KeySpace.Expiring))),
            Then = Several(random.Between(1, StepsMax), () => Step(KeyOf)),
            Else = Several(random.Below(3), () => Step(KeyOf)),
        };
    }

    /// <summary>Independent operations, on any keys.</summary>
    public Intent Batch() => new(OperationKind.Batch, "")
    {
        Then = Several(random.Between(1, 2 * StepsMax), () => intents.One(letter => KeySpace.Key(letter, random.Below(keys.Members), random.Pick(keys.Tags)))),
    };

    private static ImmutableArray<Intent> Both(string tag, Func<string, Intent> step) => [step(KeySpace.Key(KeySpace.Twin, 0, tag)), step(KeySpace.Key(KeySpace.Twin, 1, tag))];

    private ImmutableArray<T> Several<T>(int count, Func<T> make) => [.. Enumerable.Range(0, count).Select(_ => make())];

    // Both twins are read or written; what writes them is now and then refused in its last step.
    private Intent Twins(string tag)
    {
        var value = intents.Unique();
        var read = Both(tag, key => new Intent(OperationKind.Get, key));
        var change = random.Chance(8000) ? Both(tag, key => new Intent(OperationKind.Put, key, value)) : Both(tag, key => new Intent(OperationKind.Delete, key));
        if (random.Chance(3000)) change = change.Add(intents.Slice(KeySpace.Key(KeySpace.Text, 0, tag)));
        return new Intent(OperationKind.Transaction, "")
        {
            If = random.Chance(3000) ? [Condition(KeySpace.Key(KeySpace.Register, random.Below(keys.Members), tag))] : [],
            Then = random.Chance(5000) ? change : read,
            Else = read,
        };
    }

    private Condition Condition(string key)
    {
        var seen = intents.Seen(key);
        return random.Below(4) switch
        {
            0 => new Condition(key, null, random.Chance(5000), null, null),
            1 => new Condition(key, 0, null, null, null),
            2 when seen.Value is not null => new Condition(key, null, null, seen.Value, null),
            3 when seen.Revision != 0 => new Condition(key, seen.Revision, null, null, seen.Value),
            _ => new Condition(key, null, true, null, null),
        };
    }

    // Steps have no conditions of their own; those that may be refused are rare, or few transactions would do anything.
    private Intent Step(Func<char, string> keyOf)
    {
        switch (random.Below(12))
        {
            case 0 or 1 or 2: return Unconditional(intents.Write(keyOf(KeySpace.Register)));
            case 3 or 4: return Unconditional(intents.Write(keyOf(KeySpace.Expiring)));
            case 5: return new Intent(OperationKind.Delete, keyOf(random.Chance(7000) ? KeySpace.Register : KeySpace.Expiring));
            case 6 or 7: return intents.Append(keyOf(random.Chance(5000) ? KeySpace.Text : KeySpace.AppendOnly));
            case 8: return random.Chance(3000) ? intents.Slice(keyOf(KeySpace.Text)) : new Intent(OperationKind.Get, keyOf(KeySpace.Text));
            default: return new Intent(OperationKind.Get, keyOf(random.Chance(7000) ? KeySpace.Register : KeySpace.Expiring));
        }
    }

    private static Intent Unconditional(Intent write) => write with { Kind = OperationKind.Put, IfRevision = 0, Expected = null };
}
