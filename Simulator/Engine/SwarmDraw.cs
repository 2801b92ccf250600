using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>Draws a run's settings.</summary>
internal static class SwarmDraw
{
    private const int ShardsMax = 3;
    private const int FaultTicksMin = 400;

    /// <summary>The settings of each shard: the first one's, with faults of their own.</summary>
    public static ImmutableArray<SwarmSettings> Draw(DeterministicRandom random, SimulationProfile profile)
    {
        if (profile == SimulationProfile.Noise) return [Noise(random)];
        var first = One(random);
        ImmutableArray<SwarmSettings> drawn = [first, .. Enumerable.Range(1, first.Shards - 1).Select(_ => Faults(random, first))];
        drawn = profile switch
        {
            SimulationProfile.Disk => [.. drawn.Select(settings => DiskFaults(random, settings))],
            SimulationProfile.Byzantine => [.. drawn.Select(settings => Liars(random, settings))],
            _ => drawn,
        };
        var monitor = random.Chance(6000) ? Monitor(random) : null;
        return [.. drawn.Select(settings => settings with { Monitor = monitor })];
    }

    // Among other faults a primary may well be voted out in vain; what is wanted is that nothing breaks when it is.
    private static MonitorConfig Monitor(DeterministicRandom random) => new()
    {
        LambdaPercent = random.Between(300, 1000),
        SlackTicks = (ulong)random.Between(1, 6),
        WindowTicks = (ulong)random.Between(10, 100),
        SamplesMin = random.Between(1, 8),
        DegradedWindows = random.Between(1, 3),
        GraceTicks = (ulong)random.Between(1, 100),
        PatienceDoublingsMax = random.Between(5, 8),
    };

    // The product's own time-outs and bounds: it is they that are tried. No stall alone is as long as the time-out.
    private static SwarmSettings Noise(DeterministicRandom random)
    {
        var slow = random.Chance(5000);
        return Noisy(random) with { SlowPrimary = slow, Complainer = !slow && random.Chance(5000) };
    }

    private static SwarmSettings Noisy(DeterministicRandom random) => new()
    {
        Replicas = random.Chance(1200) ? 7 : 4,
        Monitor = new MonitorConfig(),
        FaultTicks = 1500,
        DelayMin = random.Between(1, 5),
        DelayJitter = random.Between(0, 10),
        TailChance = random.Chance(5000) ? random.Between(1, 100) : 0,
        TailMax = 100,
        RoundDelayMax = random.Between(0, 10),
        EveryFlushMax = random.Between(0, 20),
        StallEvery = random.Between(20, 300),
        StallMax = random.Between(10, 200),
        Clients = random.Between(1, 6),
        OperationsPerClient = random.Between(60, 150),
        UnderWayMax = random.Between(1, 3),
        ThinkMax = random.Between(20, 300),
        LostAnswerChance = 0,
        MischiefChance = 0,
    };

    // Liars alone get further than liars among many other faults; some of both is wanted.
    private static SwarmSettings Liars(DeterministicRandom random, SwarmSettings settings)
    {
        var calm = random.Chance(4000);
        return settings with
        {
            Forgery = null,
            LiesEvery = random.Between(40, 600),
            LiesMax = random.Between(1, 4),
            ReformChance = random.Chance(5000) ? random.Between(1000, 8000) : 0,
            HostileClients = random.Chance(5000) ? random.Between(1, 2) : 0,
            HostileEvery = random.Between(10, 200),
            FloodMax = random.Between(5, 150),
            RotEvery = random.Chance(1500) ? random.Between(100, 400) : 0,
            FullEvery = random.Chance(1500) ? random.Between(100, 500) : 0,
            DropChance = calm ? 0 : settings.DropChance,
            TailChance = calm ? 0 : settings.TailChance,
            PartitionEvery = calm ? 0 : settings.PartitionEvery,
            OneWayEvery = calm ? 0 : settings.OneWayEvery,
            PowerCutEvery = calm ? 0 : settings.PowerCutEvery,
        };
    }

    private static SwarmSettings DiskFaults(DeterministicRandom random, SwarmSettings settings) => settings with
    {
        RotEvery = random.Chance(7000) ? random.Between(40, 400) : 0,
        FullEvery = random.Chance(5000) ? random.Between(60, 500) : 0,
        CrashEvery = random.Between(40, 300),
        PowerCutEvery = random.Chance(6000) ? random.Between(100, 500) : 0,
        WipeEvery = random.Chance(3000) ? random.Between(150, 700) : 0,
        SavePartMax = random.Chance(7000) ? random.Between(1, 300) : 0,
        CopyEvery = random.Between(20, 200),
        RestoreEvery = random.Chance(6000) ? random.Between(60, 500) : 0,
        SlowEvery = random.Chance(4000) ? random.Between(60, 500) : 0,
        SlowFlushMax = random.Between(5, 400),
    };

    private static SwarmSettings One(DeterministicRandom random)
    {
        var shards = random.Chance(6000) ? 1 : random.Between(2, ShardsMax);
        var delayMin = random.Between(1, 5);
        var jitter = random.Between(0, 25);
        var consensus = Consensus(random, delayMin + jitter);
        var settings = new SwarmSettings
        {
            Shards = shards,
            Replicas = random.Chance(1200) ? 7 : 4,
            Consensus = consensus,
            SessionsPerClientMax = random.Chance(2000) ? 2 : 64,
            // Groups cost time of their own, and a run shall take no more of it for having several.
            FaultTicks = random.Between(FaultTicksMin, Math.Max(FaultTicksMin, 2400 / shards)),
            DelayMin = delayMin,
            DelayJitter = jitter,
            RootTicksMax = random.Chance(4000) ? random.Between(1, 20) : 0,
            SavePartMax = random.Chance(6000) ? random.Between(1, 200) : 0,
            RoundDelayMax = random.Between(0, 4),
            SkewMax = random.Between(0, (int)consensus.ClockSkewMaxMilliseconds / 2),
            Clients = random.Between(1, 8),
            OperationsPerClient = random.Between(40, 120),
            UnderWayMax = random.Between(1, 12),
            ThinkMax = random.Between(0, 300),
            RetryTicks = random.Between(30, 150),
            TransactionChance = random.Chance(6000) ? random.Between(500, 6000) : 0,
            BatchChance = random.Chance(5000) ? random.Between(500, 4000) : 0,
            TimeToLiveChance = random.Chance(5000) ? random.Between(500, 5000) : 0,
            TimeToLiveMax = random.Between(1, 6),
            LostAnswerChance = random.Chance(4000) ? random.Between(1000, 8000) : random.Between(0, 500),
            RequestLifeSeconds = random.Chance(3000) ? random.Between(2, 12) : 300,
            MischiefChance = random.Between(0, 2000),
        };
        return Faults(random, settings);
    }

    private static ConsensusConfig Consensus(DeterministicRandom random, int roundTrip) => new()
    {
        CheckpointInterval = random.Between(4, 32),
        PipelineDepth = random.Between(1, 16),
        BatchRequestsMax = random.Between(1, 64),
        BatchBytesMax = random.Chance(2000) ? 2000 : 2 * 1024 * 1024,
        PendingRequestsMax = random.Chance(2000) ? random.Between(8, 64) : 1024,
        RequestTimeoutTicks = (ulong)(random.Between(10, 40) + roundTrip),
        TimeoutDoublingsMax = random.Between(2, 6),
        StarvationFactor = (ulong)random.Between(5, 12),
        StatusIntervalTicks = (ulong)random.Between(2, 12),
        IdleCheckpointTicks = (ulong)random.Between(20, 200),
        ClockSkewMaxMilliseconds = (ulong)random.Between(800, 5000),
        RetainedBatchesMax = random.Between(1, 64),
        RetainedBytesMax = random.Chance(2000) ? 8 * 1024 : 64 * 1024 * 1024,
        CatchUpSlotsMax = random.Between(2, 64),
        SnapshotChunkBytes = random.Between(200, 8000),
        SnapshotChunksInFlight = random.Between(1, 8),
    };

    private static SwarmSettings Faults(DeterministicRandom random, SwarmSettings settings)
    {
        int Every(int chance, int first, int last) => random.Chance(chance) ? random.Between(first, last) : 0;
        return settings with
        {
            TailChance = Every(5000, 10, 1500),
            TailMax = random.Between(50, 2000),
            DropChance = Every(5000, 10, 2500),
            DuplicateChance = Every(4000, 10, 2000),
            StrayChance = Every(3000, 10, 500),
            PartitionEvery = Every(4000, 100, 800),
            OneWayEvery = Every(3000, 100, 800),
            CutTicksMax = random.Between(20, 500),
            CrashEvery = Every(5000, 50, 600),
            PowerCutEvery = Every(2500, 200, 800),
            WipeEvery = Every(3000, 150, 700),
            AnswerCrashEvery = Every(4000, 30, 300),
            DownTicksMax = random.Between(5, 500),
            RetireEvery = Every(3000, 40, 400),
            ClockJumpEvery = Every(3000, 50, 400),
            WildClocks = random.Chance(1500),
            Forgery = random.Chance(1500) ? (random.Chance(5000) ? Lie.OmitInNewView : Lie.BlankInNewView) : null,
        };
    }
}
