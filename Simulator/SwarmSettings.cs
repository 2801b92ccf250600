// Swarm testing: Groce, Zhang, Eide, Chen and Regehr, ISSTA '12. Each run enables a random subset of the faults, each with a random strength:
// a run that has everything at once never gets far enough to reach the states that a few faults would have reached.
using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>What one run is like: drawn from its seed.</summary>
public sealed record SwarmSettings
{
    /// <summary>How many shards there are.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>n, of each group.</summary>
    public int Replicas { get; init; } = 4;

    /// <summary>Bounds and time-outs of the ordering.</summary>
    public ConsensusConfig Consensus { get; init; } = new();

    /// <summary>How primaries are judged; null when they are not.</summary>
    public MonitorConfig? Monitor { get; init; }

    /// <summary>Sessions of one client at a time, at most.</summary>
    public int SessionsPerClientMax { get; init; } = 64;

    /// <summary>How long faults go on, in ticks.</summary>
    public int FaultTicks { get; init; } = 1000;

    /// <summary>The shortest delay of a message, in milliseconds.</summary>
    public int DelayMin { get; init; } = 1;

    /// <summary>How much an ordinary message may take longer than the shortest, in milliseconds: that is what reorders.</summary>
    public int DelayJitter { get; init; } = 5;

    /// <summary>Messages that take much longer, of ten thousand.</summary>
    public int TailChance { get; init; }

    /// <summary>How long such a message takes at most, in milliseconds.</summary>
    public int TailMax { get; init; } = 500;

    /// <summary>Messages that are lost, of ten thousand.</summary>
    public int DropChance { get; init; }

    /// <summary>Messages that come twice, of ten thousand.</summary>
    public int DuplicateChance { get; init; }

    /// <summary>Messages that go through the wire's encoding, of ten thousand.</summary>
    public int CodecChance { get; init; } = 100;

    /// <summary>Signed messages that reach a replica of another shard as well, of ten thousand.</summary>
    public int StrayChance { get; init; }

    /// <summary>Ticks between partitions, on average; 0 for none.</summary>
    public int PartitionEvery { get; init; }

    /// <summary>Ticks between one-way cuts, on average; 0 for none.</summary>
    public int OneWayEvery { get; init; }

    /// <summary>How long a partition or a cut lasts at most, in ticks.</summary>
    public int CutTicksMax { get; init; } = 200;

    /// <summary>Ticks between crashes of one replica, on average; 0 for none.</summary>
    public int CrashEvery { get; init; }

    /// <summary>Ticks between nodes that are stopped on purpose and hand over, on average; 0 for none.</summary>
    public int RetireEvery { get; init; }

    /// <summary>Ticks between power cuts of the whole group, on average; 0 for none.</summary>
    public int PowerCutEvery { get; init; }

    /// <summary>Ticks between losses of a disk, on average; 0 for none.</summary>
    public int WipeEvery { get; init; }

    /// <summary>Ticks between crashes of a gateway in the moment in which it answers a client, on average; 0 for none.</summary>
    public int AnswerCrashEvery { get; init; }

    /// <summary>Ticks between decays of a byte or a sector on the disk of one replica, on average; 0 for none.</summary>
    public int RotEvery { get; init; }

    /// <summary>Ticks between disks that become full, on average; 0 for none.</summary>
    public int FullEvery { get; init; }

    /// <summary>Ticks between copies of one replica's disk, on average; 0 for none.</summary>
    public int CopyEvery { get; init; }

    /// <summary>Ticks between disks that are put back to their last copy, on average; 0 for none.</summary>
    public int RestoreEvery { get; init; }

    /// <summary>Ticks between disks that become slow, on average; 0 for none.</summary>
    public int SlowEvery { get; init; }

    /// <summary>How long a flush of a slow disk takes at most, in milliseconds.</summary>
    public int SlowFlushMax { get; init; } = 200;

    /// <summary>How long every flush of every disk takes at most, in milliseconds.</summary>
    public int EveryFlushMax { get; init; }

    /// <summary>Ticks between moments in which one process, or all of them, get no processor, on average; 0 for none.</summary>
    public int StallEvery { get; init; }

    /// <summary>How long such a moment lasts at most, in milliseconds.</summary>
    public int StallMax { get; init; }

    /// <summary>How long a stopped replica stays down at most, in ticks.</summary>
    public int DownTicksMax { get; init; } = 200;

    /// <summary>How far a correct clock is off at most, either way, in milliseconds.</summary>
    public int SkewMax { get; init; }

    /// <summary>Ticks between jumps of a clock, on average; 0 for none.</summary>
    public int ClockJumpEvery { get; init; }

    /// <summary>Whether f clocks may be off by any amount.</summary>
    public bool WildClocks { get; init; }

    /// <summary>How long the computation of a state root takes at most, in ticks; 0 for at once.</summary>
    public int RootTicksMax { get; init; }

    /// <summary>How long it takes to write a part of a snapshot at most, in milliseconds; 0 for no time.</summary>
    public int SavePartMax { get; init; }

    /// <summary>How long inputs gather before a round at most, in milliseconds.</summary>
    public int RoundDelayMax { get; init; }

    /// <summary>What a Byzantine primary does to its NewViews; null for nothing.</summary>
    public Lie? Forgery { get; init; }

    /// <summary>Whether the first primary is correct, and as slow as the time-out allows; null where nobody asks how fast one is.</summary>
    public bool? SlowPrimary { get; init; }

    /// <summary>Whether a backup complains about every primary all the time.</summary>
    public bool Complainer { get; init; }

    /// <summary>How many ticks a liar tells the same lies on average; 0 when nobody lies.</summary>
    public int LiesEvery { get; init; }

    /// <summary>Lies that one liar tells at the same time, at most.</summary>
    public int LiesMax { get; init; } = 1;

    /// <summary>Liars that become correct, and make room for others, when their lies would change, of ten thousand.</summary>
    public int ReformChance { get; init; }

    /// <summary>How many clients do nothing but harm.</summary>
    public int HostileClients { get; init; }

    /// <summary>Ticks between the deeds of such a client, on average.</summary>
    public int HostileEvery { get; init; } = 100;

    /// <summary>Requests that such a client sends at once, at most.</summary>
    public int FloodMax { get; init; } = 100;

    /// <summary>How many clients there are.</summary>
    public int Clients { get; init; } = 4;

    /// <summary>How many operations each client does.</summary>
    public int OperationsPerClient { get; init; } = 75;

    /// <summary>How many of a client's operations may be under way.</summary>
    public int UnderWayMax { get; init; } = 4;

    /// <summary>How long a client pauses between operations at most, in milliseconds.</summary>
    public int ThinkMax { get; init; } = 100;

    /// <summary>After how long a client tries again, in ticks.</summary>
    public int RetryTicks { get; init; } = 60;

    /// <summary>Ordered operations that are transactions, of ten thousand.</summary>
    public int TransactionChance { get; init; } = 2500;

    /// <summary>Other ordered operations that are batches, of ten thousand.</summary>
    public int BatchChance { get; init; } = 1000;

    /// <summary>Other operations on a key that may expire, of ten thousand.</summary>
    public int TimeToLiveChance { get; init; } = 2000;

    /// <summary>How long a key that expires lives at most, in seconds.</summary>
    public int TimeToLiveMax { get; init; } = 4;

    /// <summary>How long a request lives, in seconds: its client tries it again for so long, and then does not know what became of it.</summary>
    public int RequestLifeSeconds { get; init; } = 300;

    /// <summary>Answers that do not reach their client, of ten thousand.</summary>
    public int LostAnswerChance { get; init; } = 200;

    /// <summary>Operations that a client does wrongly on purpose (duplicates, replays, used nonces, short lives), of ten thousand.</summary>
    public int MischiefChance { get; init; } = 1000;
}
