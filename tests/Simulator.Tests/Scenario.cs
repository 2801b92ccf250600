using KvStore.Protocol;

namespace KvStore.Simulator.Tests;

/// <summary>A group without drawn faults, for scenarios that script their own.</summary>
internal static class Scenario
{
    public static SwarmSettings Calm { get; } = new()
    {
        Consensus = new ConsensusConfig
        {
            CheckpointInterval = 8,
            PipelineDepth = 4,
            BatchRequestsMax = 8,
            RequestTimeoutTicks = 30,
            TimeoutDoublingsMax = 4,
            StatusIntervalTicks = 5,
            IdleCheckpointTicks = 50,
            RetainedBatchesMax = 16,
            SnapshotChunkBytes = 600,
            SnapshotChunksInFlight = 2,
        },
        Clients = 4,
        OperationsPerClient = 100,
        ThinkMax = 60,
        LostAnswerChance = 0,
    };

    public static World Start(SwarmSettings? settings = null, ulong seed = 7)
    {
        var world = new World(seed, settings ?? Calm, trace: null);
        world.Start();
        return world;
    }

    /// <summary>Heals, waits for every answer and for convergence, and looks for broken promises.</summary>
    public static void Finish(World world)
    {
        world.Heal();
        LivenessChecker.Finish(world);
        RegisterLinearizability.Check(world);
        AppendChecker.Check(world);
        TwinChecker.Check(world);
        Assert.Empty(world.Violations.All);
    }

    public static KvStore.Consensus.Replica Replica(World world, int index) => Process(world, index).Driver.Replica;

    public static ReplicaProcess Process(World world, int index) => world.Shards[0].Machines[index].Process!;

    /// <summary>What a replica would lie with.</summary>
    public static LiarKit Kit(World world, int index) =>
        new(new LyingMachine(world.Shards[0], world.Shards[0].Machines[index]), world.Overheard, new DeterministicRandom(3));

    /// <summary>The answer to an operation that the first client does now, from the shard of its key.</summary>
    public static OperationResult Do(World world, Intent intent)
    {
        var operation = world.Clients[0].Do(intent);
        Assert.True(world.RunUntil(() => operation.Answered is not null, 5000), LivenessChecker.Dump(world));
        return operation.Parts[0].Result!;
    }

    /// <summary>Goes on until some replica has executed this many positions more.</summary>
    public static void RunPositions(World world, int positions)
    {
        var target = world.Shards[0].Agreement.Count + positions;
        Assert.True(world.RunUntil(() => world.Shards[0].Agreement.Count >= target, 20_000), LivenessChecker.Dump(world));
    }
}
