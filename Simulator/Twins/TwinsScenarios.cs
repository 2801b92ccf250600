using System.Collections.Immutable;

namespace KvStore.Simulator;

/// <summary>Makes all scenarios of a group of four over three views, each once up to what cannot matter.</summary>
internal static class TwinsScenarios
{
    private const int Replicas = 4;
    private const int Nodes = Replicas + 1;
    private const int QuorumOfFour = 3;

    /// <summary>All scenarios, in a fixed order. Of two that differ in nothing but which copy is which, there is one.</summary>
    public static IEnumerable<TwinsScenario> All()
    {
        for (var twin = 0; twin < Replicas; twin++)
        {
            var periods = Periods(twin).ToList();
            var last = periods.Where(period => period.Reach == TwinsReach.Complete).ToList();
            foreach (var first in periods)
            {
                foreach (var second in periods)
                {
                    foreach (var third in last)
                    {
                        ImmutableArray<TwinsPeriod> chosen = [first, second, third];
                        if (IsFirstOfItsKind(chosen, twin)) yield return new TwinsScenario(twin, chosen);
                    }
                }
            }
        }
    }

    private static bool IsFirstOfItsKind(ImmutableArray<TwinsPeriod> periods, int twin)
    {
        foreach (var period in periods)
        {
            var (rank, swapped) = (period.Rank, period.Swapped(twin).Rank);
            if (rank != swapped) return rank < swapped;
        }

        return true;
    }

    // Where no part has a quorum there is nothing to lose: all reaches are one.
    private static IEnumerable<TwinsPeriod> Periods(int twin) =>
        from parts in Divisions()
        from reach in Enum.GetValues<TwinsReach>()
        where reach == TwinsReach.Complete || HasQuorum(parts, twin)
        select new TwinsPeriod(parts, reach);

    // Into one part or two: a third could only be without a quorum, and so be as good as cut off from the second.
    private static IEnumerable<ImmutableArray<int>> Divisions()
    {
        for (var sides = 0; sides < 1 << Nodes; sides += 2) yield return TwinsPeriod.Canonical([.. Enumerable.Range(0, Nodes).Select(node => (sides >> node) & 1)]);
    }

    private static bool HasQuorum(ImmutableArray<int> parts, int twin) =>
        Enumerable.Range(0, 2).Any(part => Enumerable.Range(0, Nodes).Where(node => parts[node] == part).Select(node => node == Replicas ? twin : node).Distinct().Count() >= QuorumOfFour);
}
