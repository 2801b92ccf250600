using KvStore.Protocol;
using KvStore.Simulator;

namespace KvStore.Planted.Tests;

/// <summary>Proves that the simulator finds mistakes of the kind that it is there for.</summary>
public sealed class PlantedBugTests
{
    [Fact]
    public void Explore()
    {
        foreach (var bug in Enum.GetValues<PlantedBug>())
        {
            var found = new List<string>();
            for (ulong seed = 1; seed <= 100; seed++)
            {
                PlantedBugs.Active = bug;
                var result = Simulation.Run(seed);
                if (!result.Passed) found.Add($"{seed}:{result.Violations[0].Rule}");
            }

            Console.WriteLine($"{bug}: {string.Join("; ", found)}");
        }
    }
}
