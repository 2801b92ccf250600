// Bano et al., "Twins: BFT Systems Made Robust", OPODIS 2021: two copies of one replica with one key are a Byzantine replica that needs no code of its own.
using System.Collections.Immutable;

namespace KvStore.Simulator;

/// <summary>
/// How far a period gets before the next one. In the paper a round has one phase, so that partitions between rounds come between the phases as well; a view has
/// three, and what is prepared and not committed, or committed by one only, must be made on purpose.
/// </summary>
internal enum TwinsReach
{
    /// <summary>The view opens and batches are proposed; votes are lost.</summary>
    Proposed,

    /// <summary>Prepares reach the first correct replica of each part.</summary>
    PreparedByFirst,

    /// <summary>Prepares reach the last correct replica of each part.</summary>
    PreparedByLast,

    /// <summary>Commits reach the first correct replica of each part.</summary>
    CommittedByFirst,

    /// <summary>Commits reach the last correct replica of each part.</summary>
    CommittedByLast,

    /// <summary>Everything arrives inside a part.</summary>
    Complete,
}

/// <summary>Who can talk to whom for the time of a view, and how far they get.</summary>
/// <param name="Parts">The part of each node; the last node is the second copy.</param>
/// <param name="Reach">How far they get.</param>
internal sealed record TwinsPeriod(ImmutableArray<int> Parts, TwinsReach Reach)
{
    /// <summary>The same with the two copies in each other's place.</summary>
    public TwinsPeriod Swapped(int twin)
    {
        var parts = Parts.ToArray();
        (parts[twin], parts[^1]) = (parts[^1], parts[twin]);
        return this with { Parts = Canonical(parts) };
    }

    /// <summary>A number of its own for each period.</summary>
    public int Rank => Parts.Aggregate((int)Reach, (rank, part) => rank * Parts.Length + part);

    /// <summary>Parts are numbered as they come, so that a division has one name.</summary>
    public static ImmutableArray<int> Canonical(IReadOnlyList<int> parts)
    {
        var names = new List<int>();
        return [.. parts.Select(part =>
        {
            if (!names.Contains(part)) names.Add(part);
            return names.IndexOf(part);
        })];
    }
}

/// <summary>One replica has a twin, and the network is divided in another way in each view.</summary>
/// <param name="Twin">The replica that there are two copies of.</param>
/// <param name="Periods">What happens in each view.</param>
internal sealed record TwinsScenario(int Twin, ImmutableArray<TwinsPeriod> Periods)
{
    public override string ToString() => $"twin r{Twin}: {string.Join("; ", Periods.Select(period => $"{Divided(period.Parts)} {period.Reach}"))}";

    private string Divided(ImmutableArray<int> parts) =>
        string.Join(" | ", Enumerable.Range(0, parts.Max() + 1).Select(part => string.Join(' ', Enumerable.Range(0, parts.Length).Where(node => parts[node] == part).Select(Name))));

    private string Name(int node) => node == Periods[0].Parts.Length - 1 ? $"r{Twin}'" : $"r{node}";
}
