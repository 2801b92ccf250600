namespace KvStore.Simulator.Tests;

/// <summary>Seeds as anybody can run them with <c>kv sim</c>.</summary>
public sealed class SeedTests
{
    private const ulong ShortRun = 40;
    private const ulong NoisyRun = 20;

    [Fact]
    public void The_same_seed_gives_the_same_run_bit_for_bit()
    {
        for (ulong seed = 1; seed <= 5; seed++)
        {
            var (first, second) = (Simulation.Run(seed), Simulation.Run(seed));
            Assert.Equal(first.TraceHash, second.TraceHash);
            Assert.Equal(first.Steps, second.Steps);
            Assert.Equal(first.Summary, second.Summary);
        }

        Assert.NotEqual(Simulation.Run(1).TraceHash, Simulation.Run(2).TraceHash);
    }

    [Fact]
    public void Every_promise_is_kept_under_a_short_run_of_seeds()
    {
        for (ulong seed = 1; seed <= ShortRun; seed++)
        {
            var result = Simulation.Run(seed);
            Assert.True(result.Passed, $"seed {seed}: {string.Join("; ", result.Violations)}");
            Assert.True(result.Operations > 0);
        }
    }

    // docs/divergence.md, "A fetched state is rested on before it is durable". That no such run breaks a promise is what makes it safe.
    [Fact]
    public void Replicas_lose_power_before_a_state_that_they_fetched_is_durable_and_nothing_is_lost()
    {
        var without = 0;
        for (ulong seed = 1; seed <= NoisyRun; seed++)
        {
            var options = new SimulationOptions
            {
                Profile = SimulationProfile.Disk,
                Trace = line => without += line.Contains("lacks the state", StringComparison.Ordinal) ? 1 : 0,
                Adjust = settings => settings with { SavePartMax = 2000 },
            };
            var result = Simulation.Run(seed, options);
            Assert.True(result.Passed, $"seed {seed}: {string.Join("; ", result.Violations)}");
        }

        Assert.True(without > 0);
    }

    // adversary.md row 13, and what a monitor must not do.
    [Fact]
    public void On_noisy_machines_slow_primaries_are_voted_out_and_nobody_else_is()
    {
        for (ulong seed = 1; seed <= NoisyRun; seed++)
        {
            var result = Simulation.Run(seed, new SimulationOptions { Profile = SimulationProfile.Noise });
            Assert.True(result.Passed, $"seed {seed}: {string.Join("; ", result.Violations)}");
        }
    }
}
