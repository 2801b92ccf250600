using System.Collections.Immutable;
using System.Globalization;
using KvStore.Simulator;

namespace KvStore.Simulator.Scenarios;

/// <summary>What a client does.</summary>
public enum ScriptedKind
{
    /// <summary>Writes a value.</summary>
    Put,

    /// <summary>Appends to a value.</summary>
    Append,

    /// <summary>Makes a value a slice of itself.</summary>
    Slice,

    /// <summary>Reads a value, as an ordered operation.</summary>
    Get,
}

/// <summary>An operation of a workload.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">What is written or appended; empty for the others.</param>
/// <param name="Start">Where a slice begins.</param>
/// <param name="End">The first byte behind it.</param>
public sealed record ScriptedOperation(ScriptedKind Kind, string Key, string Value = "", int Start = 0, int End = 0)
{
    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        ScriptedKind.Slice => string.Create(CultureInfo.InvariantCulture, $"slice('{Key}','{Start}:{End}')"),
        ScriptedKind.Get => $"get('{Key}')",
        _ => $"{(Kind == ScriptedKind.Put ? "put" : "append")}('{Key}','{Value}')",
    };
}

/// <summary>Reads <c>workload[client] = put('k','v'); append('k','v'); slice('k','a:b'); get('k')</c>, or <c>pseudorandom(seed,n)</c>.</summary>
internal static class WorkloadSyntax
{
    private const int KeyMax = 256;
    private const int PlaceMax = 1_000_000;

    /// <summary>Reads on after the equals sign.</summary>
    /// <param name="line">The line.</param>
    /// <param name="room">How many operations there may be.</param>
    public static ImmutableArray<ScriptedOperation> Read(LineCursor line, int room)
    {
        var operations = ImmutableArray.CreateBuilder<ScriptedOperation>();
        do
        {
            var start = line.Position;
            operations.AddRange(One(line, start));
            if (operations.Count > room) throw line.Problem(start, $"all clients together do at most {ScenarioRules.OperationsMax} operations.");
        }
        while (line.TryTake(";") && !line.IsAtEnd);
        if (!line.IsAtEnd) throw line.Expected("';' and another operation, or the end of the line");
        return operations.ToImmutable();
    }

    private static IEnumerable<ScriptedOperation> One(LineCursor line, int start)
    {
        var name = line.TakeName("an operation");
        line.Take("(");
        var operations = name switch
        {
            "put" => [Write(line, ScriptedKind.Put)],
            "append" => [Write(line, ScriptedKind.Append)],
            "slice" => [Slice(line)],
            "get" => [new ScriptedOperation(ScriptedKind.Get, Key(line))],
            "pseudorandom" => Pseudorandom(line),
            _ => throw line.Problem(start, $"'{name}' is no operation. There are put, append, slice, get and pseudorandom."),
        };
        line.Take(")");
        return operations;
    }

    private static ScriptedOperation Write(LineCursor line, ScriptedKind kind)
    {
        var key = Key(line);
        line.Take(",");
        return new ScriptedOperation(kind, key, line.TakeQuoted("a value"));
    }

    // The test-bed's files have a colon between key and slice as often as a comma.
    private static ScriptedOperation Slice(LineCursor line)
    {
        var key = Key(line);
        if (!line.TryTake(":")) line.Take(",");
        var start = line.Position;
        var places = line.TakeQuoted("a slice").Split(':');
        if (places.Length == 2 && TryPlace(places[0], out var from) && TryPlace(places[1], out var to)) return new ScriptedOperation(ScriptedKind.Slice, key, Start: from, End: to);
        throw line.Problem(start, "a slice is written 'start:end', with two whole numbers.");
    }

    private static bool TryPlace(string text, out int place) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out place) && place <= PlaceMax;

    private static ImmutableArray<ScriptedOperation> Pseudorandom(LineCursor line)
    {
        var seed = line.TakeNumber("a seed", 0, int.MaxValue);
        line.Take(",");
        return PseudorandomWorkload.Of((ulong)seed, line.TakeNumber("how many operations", 1, ScenarioRules.OperationsMax));
    }

    private static string Key(LineCursor line)
    {
        var start = line.Position;
        var key = line.TakeQuoted("a key");
        var isPlain = key.Length is > 0 and <= KeyMax && key.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');
        return isPlain && key is not ("." or "..") ? key : throw line.Problem(start, $"a key has 1 to {KeyMax} letters, digits, '-', '_' and '.'.");
    }
}

/// <summary>Operations that follow from a seed: the same in every run.</summary>
internal static class PseudorandomWorkload
{
    private const int Keys = 5;
    private const int Words = 1000;
    private const int SliceMax = 8;

    public static ImmutableArray<ScriptedOperation> Of(ulong seed, int count)
    {
        var random = new DeterministicRandom(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Next(random))];
    }

    private static ScriptedOperation Next(DeterministicRandom random)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"key{random.Below(Keys)}");
        switch (random.Below(10))
        {
            case 0 or 1 or 2: return new ScriptedOperation(ScriptedKind.Put, key, Word(random));
            case 3 or 4 or 5: return new ScriptedOperation(ScriptedKind.Append, key, Word(random));
            case 6:
                var start = random.Below(SliceMax);
                return new ScriptedOperation(ScriptedKind.Slice, key, Start: start, End: start + random.Below(SliceMax));
            default: return new ScriptedOperation(ScriptedKind.Get, key);
        }
    }

    private static string Word(DeterministicRandom random) => string.Create(CultureInfo.InvariantCulture, $"word{random.Below(Words)}");
}
