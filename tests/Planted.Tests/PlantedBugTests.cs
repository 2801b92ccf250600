using System.Globalization;
using KvStore.Protocol;
using KvStore.Simulator;

namespace KvStore.Planted.Tests;

/// <summary>
/// Proves that the simulator finds mistakes of the kind that it is there for. The bug is switched on for the thread that runs the simulation; without
/// one, the very same build and the very same seeds pass, so that what is found is the bug and not the build.
/// </summary>
public sealed class PlantedBugTests
{
    /// <summary>How many seeds may be needed. docs/simulator.md says how many are.</summary>
    private const ulong SeedsMax = 500;

    private const int TwinsStride = 37;

    [Theory]
    [InlineData(PlantedBug.QuorumOneLess)]
    [InlineData(PlantedBug.VoteBeforeLog)]
    [InlineData(PlantedBug.NoDuplicateCheck)]
    [InlineData(PlantedBug.ExpiryByOwnClock)]
    [InlineData(PlantedBug.TransactionHalfApplied)]
    [InlineData(PlantedBug.ShardNotChecked)]
    [InlineData(PlantedBug.NewViewUnchecked)]
    [InlineData(PlantedBug.PreparedForgotten)]
    [InlineData(PlantedBug.VoteBeforeLog, SimulationProfile.Disk)]
    [InlineData(PlantedBug.ReservationForgotten, SimulationProfile.Disk)]
    [InlineData(PlantedBug.SnapshotNamedBeforeFlush, SimulationProfile.Disk)]
    [InlineData(PlantedBug.LogEndsAtFirstBadRecord, SimulationProfile.Disk)]
    [InlineData(PlantedBug.CheckpointVoteBeforeState, SimulationProfile.Disk)]
    [InlineData(PlantedBug.RestoredVotesAtOnce, SimulationProfile.Disk)]
    [InlineData(PlantedBug.NewViewIgnoresHighestView, SimulationProfile.Byzantine)]
    [InlineData(PlantedBug.NoLockAcrossViews, SimulationProfile.Byzantine)]
    [InlineData(PlantedBug.CommitWithoutPrepared, SimulationProfile.Byzantine)]
    [InlineData(PlantedBug.ChunkUnchecked, SimulationProfile.Byzantine)]
    [InlineData(PlantedBug.CertificateUnchecked, SimulationProfile.Byzantine)]
    [InlineData(PlantedBug.ClientSignatureUnchecked, SimulationProfile.Byzantine)]
    [InlineData(PlantedBug.MonitorHasty, SimulationProfile.Noise)]
    [InlineData(PlantedBug.MonitorBlind, SimulationProfile.Noise)]
    public void The_simulator_finds_the_planted_bug(PlantedBug bug, SimulationProfile profile = SimulationProfile.Mixed)
    {
        var seed = FirstFailing(bug, profile, out var found);
        TestContext.Current.TestOutputHelper?.WriteLine($"{bug}: seed {seed}: {found}");
        Assert.NotNull(found);
        var honest = Run(seed, PlantedBug.None, profile);
        Assert.True(honest.Passed, $"seed {seed} fails without the bug as well: {string.Join("; ", honest.Violations)}");
    }

    [Theory]
    [InlineData(PlantedBug.NoLockAcrossViews)]
    [InlineData(PlantedBug.NewViewIgnoresHighestView)]
    [InlineData(PlantedBug.CommitWithoutPrepared)]
    [InlineData(PlantedBug.PreparedForgotten)]
    [InlineData(PlantedBug.QuorumOneLess)]
    public void Twins_find_the_planted_bug(PlantedBug bug)
    {
        var found = With(bug, () => TwinsRun.Run(first: 0, TwinsStride, untilFailure: true));
        var failure = Assert.Single(found.Failures);
        TestContext.Current.TestOutputHelper?.WriteLine($"{bug}: {found.Scenarios} scenarios: {failure}");
        var number = int.Parse(failure.Split(':')[0], CultureInfo.InvariantCulture);
        Assert.Empty(TwinsRun.Run(number, TwinsRun.Count).Failures);
    }

    [Fact]
    public void Without_a_planted_bug_the_same_build_passes()
    {
        for (ulong seed = 1; seed <= 30; seed++) Assert.True(Run(seed, PlantedBug.None, (SimulationProfile)(seed % 4)).Passed);
    }

    private static ulong FirstFailing(PlantedBug bug, SimulationProfile profile, out Violation? found)
    {
        for (ulong seed = 1; seed <= SeedsMax; seed++)
        {
            var result = Run(seed, bug, profile);
            found = result.Passed ? null : result.Violations[0];
            if (found is not null) return seed;
        }

        found = null;
        return SeedsMax;
    }

    private static SimulationResult Run(ulong seed, PlantedBug bug, SimulationProfile profile) => With(bug, () => Simulation.Run(seed, new SimulationOptions { Profile = profile }));

    private static TResult With<TResult>(PlantedBug bug, Func<TResult> run)
    {
        PlantedBugs.Active = bug;
        try
        {
            return run();
        }
        finally
        {
            PlantedBugs.Active = PlantedBug.None;
        }
    }
}
