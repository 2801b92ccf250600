namespace KvStore.Simulator;

/// <summary>Runs a whole group with its clients under a seed.</summary>
public static class Simulation
{
    /// <summary>Draws everything from the seed, runs, and checks every promise after every step. The same seed gives the same run, bit for bit.</summary>
    public static SimulationResult Run(ulong seed, SimulationOptions? options = null)
    {
        options ??= new SimulationOptions();
        var drawn = SwarmDraw.Draw(new DeterministicRandom(seed), options.Profile);
        if (options.Adjust is { } adjust) drawn = [.. drawn.Select(adjust)];
        foreach (var settings in drawn) options.Trace?.Invoke(settings.ToString());
        var world = new World(seed, drawn, options.Trace);
        foreach (var shard in world.Shards)
        {
            new Nemesis(world, shard, world.Random.Fork()).Start();
            if (options.Profile is SimulationProfile.Disk or SimulationProfile.Byzantine) new DiskNemesis(world, shard, world.Random.Fork()).Start();
            if (options.Profile == SimulationProfile.Byzantine) new LiarNemesis(world, shard, world.Random.Fork()).Start();
        }

        foreach (var hostile in Enumerable.Range(0, world.Settings.HostileClients)) new HostileClient(world, world.Settings.Clients + hostile, world.Random.Fork()).Start();
        world.Start();
        world.RunTicks(world.Settings.FaultTicks);
        PaceChecker.Check(world);
        world.Heal();
        LivenessChecker.Finish(world);
        RegisterLinearizability.Check(world);
        AppendChecker.Check(world);
        TwinChecker.Check(world);
        return ResultOf(seed, world);
    }

    internal static SimulationResult ResultOf(ulong seed, World world) => new(
        seed,
        world.Queue.Steps,
        world.Ticks,
        world.History.Operations.Count(operation => operation.Answered is not null),
        world.Shards.Sum(shard => shard.Agreement.Count),
        world.Trace.Hash,
        world.Violations.All,
        $"shards={world.Shards.Length} n={world.Settings.Replicas} views={world.Shards.Max(shard => shard.HighestView)} lost={world.Clients.Sum(client => client.LostAnswers)} again={world.History.Operations.Count(operation => operation.Attempts > 1)} unknown={world.History.Operations.Count(operation => operation.GivenUp)} rejections={string.Join(',', world.Rejections.Select(each => $"{each.Key}:{each.Value}"))}");
}
