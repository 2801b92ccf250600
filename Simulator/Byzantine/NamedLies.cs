using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using KvStore.Replication.Faults;

namespace KvStore.Simulator;

/// <summary>
/// What a replica of a running development cluster can be told to do wrong: every <see cref="Lie"/> by its name, and some behaviours that are made of them. It is
/// the simulator's code that lies; it does so whenever it can, and chooses alike in each run.
/// </summary>
public static class NamedLies
{
    private const ulong FirstSeed = 1;

    private static readonly SortedDictionary<string, Func<LiarKit, IEnumerable<Behaviour>>> _behaviours = Known();

    /// <summary>All names, in the order of the alphabet. Upper and lower case are the same.</summary>
    public static IReadOnlyList<string> All { get; } = [.. _behaviours.Keys];

    /// <summary>Reads names with ',' between them.</summary>
    /// <param name="text">The names.</param>
    /// <param name="faults">What they mean.</param>
    /// <param name="unknown">The first of them that means nothing.</param>
    public static bool TryRead(string text, [NotNullWhen(true)] out FaultsByDesign? faults, out string? unknown)
    {
        var names = text.Split(',', StringSplitOptions.TrimEntries);
        unknown = Array.Find(names, name => !_behaviours.ContainsKey(name));
        faults = unknown is null ? Of([.. names.Select(name => All.First(known => known.Equals(name, StringComparison.OrdinalIgnoreCase)))]) : null;
        return faults is not null;
    }

    private static FaultsByDesign Of(ImmutableArray<string> names) => new(names, replica =>
    {
        var kit = new LiarKit(replica, new Overheard(), new DeterministicRandom(FirstSeed + replica.Self.Index), LiarKit.StrengthMax);
        var liar = new Liar(kit);
        liar.Tell(names.SelectMany(name => _behaviours[name](kit)));
        return liar;
    });

    private static SortedDictionary<string, Func<LiarKit, IEnumerable<Behaviour>>> Known()
    {
        var known = new SortedDictionary<string, Func<LiarKit, IEnumerable<Behaviour>>>(StringComparer.OrdinalIgnoreCase)
        {
            ["Mute"] = static kit => [new MuteBehaviour(kit)],
            ["Falsify"] = static kit => [Lies.Make(Lie.WrongResults, kit), Lies.Make(Lie.WrongRoots, kit)],
            [nameof(Lie.Starve)] = static kit => [new StarveBehaviour(kit, client: null)],
        };
        foreach (var lie in Lies.All) known.TryAdd(lie.ToString(), kit => [Lies.Make(lie, kit)]);
        return known;
    }
}
