// The only file with quorum arithmetic. protocol.md section 1.
namespace KvStore.Protocol;

/// <summary>What a faulty replica may do.</summary>
public enum FaultModel : byte
{
    /// <summary>Anything but break the cryptography; needs n ≥ 3f+1.</summary>
    Byzantine = 1,

    /// <summary>Stop, and nothing else; needs n ≥ 2f+1.</summary>
    Crash = 2,
}

/// <summary>Who sends votes to whom. protocol.md section 5.</summary>
public enum CarrierKind : byte
{
    /// <summary>All to all, as in PBFT.</summary>
    Broadcast = 1,
}

/// <summary>Who leads a view. protocol.md section 9.</summary>
public enum LeaderPolicyKind : byte
{
    /// <summary>Replica <c>view mod n</c>.</summary>
    RoundRobin = 1,

    /// <summary>The same, and a primary that delivers too little is voted out although no time-out fired.</summary>
    MonitoredRoundRobin = 2,
}

/// <summary>The size of a group and what follows from it.</summary>
public sealed record GroupConfig
{
    /// <summary>The largest group: signer lists are bounded by it.</summary>
    public const int ReplicasMax = 100;

    /// <summary>A group of <paramref name="replicas"/> replicas under a fault model.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no replicas, or more than <see cref="ReplicasMax"/>.</exception>
    public GroupConfig(int replicas, FaultModel faultModel = FaultModel.Byzantine)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(replicas, ReplicasMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        Replicas = replicas;
        FaultModel = faultModel;
        (Faults, Quorum, WeakQuorum) = faultModel switch
        {
            FaultModel.Byzantine => Byzantine(replicas),
            FaultModel.Crash => Crash(replicas),
            _ => throw new ArgumentOutOfRangeException(nameof(faultModel), faultModel, "An unknown fault model."),
        };
    }

    /// <summary>n: how many replicas there are.</summary>
    public int Replicas { get; }

    /// <summary>What a faulty replica may do.</summary>
    public FaultModel FaultModel { get; }

    /// <summary>f: how many replicas may be faulty.</summary>
    public int Faults { get; }

    /// <summary>q: votes that make a certificate. Two quorums share a correct replica.</summary>
    public int Quorum { get; }

    /// <summary>w: votes among which one is a correct replica's.</summary>
    public int WeakQuorum { get; }

    /// <summary>Who sends votes to whom.</summary>
    public CarrierKind Carrier { get; init; } = CarrierKind.Broadcast;

    /// <summary>Who leads a view.</summary>
    public LeaderPolicyKind LeaderPolicy => Monitor is null ? LeaderPolicyKind.RoundRobin : LeaderPolicyKind.MonitoredRoundRobin;

    /// <summary>How the primary is judged; null where the leader policy does not monitor it.</summary>
    public MonitorConfig? Monitor { get; init; }

    /// <summary>Answers that a replica without its disk needs from others so that one comes from a correct replica that took
    /// part in its last stable checkpoint: see docs/divergence.md, "A replica that lost its disk".</summary>
    public int RejoinAnswers => Math.Max(1, Replicas - Quorum + Faults);

    /// <summary>Answers that a replica that starts again waits for before it votes: as many, where there are so many others.</summary>
    public int RecallAnswers => Math.Min(RejoinAnswers, Replicas - 1);

    /// <summary>Whether this is a member's id.</summary>
    public bool Contains(ReplicaId replica) => replica.Index < Replicas;

    private static (int Faults, int Quorum, int WeakQuorum) Byzantine(int n)
    {
        var f = (n - 1) / 3;
        var q = (n + f + 2) / 2; // ⌈(n+f+1)/2⌉
        if (PlantedBugs.Has(PlantedBug.QuorumOneLess)) return (f, q - 1, f + 1);

        Invariant.Holds(n >= 3 * f + 1);
        Invariant.Holds(2 * q - n >= f + 1); // Two quorums share more than f replicas, so a correct one.
        Invariant.Holds(q <= n - f); // The correct replicas alone make a quorum, so that the group is live.
        return (f, q, f + 1);
    }

    private static (int Faults, int Quorum, int WeakQuorum) Crash(int n)
    {
        var f = (n - 1) / 2;
        var q = n / 2 + 1;
        Invariant.Holds(n >= 2 * f + 1);
        Invariant.Holds(2 * q - n >= 1); // Two quorums share a replica.
        Invariant.Holds(q <= n - f);
        return (f, q, 1);
    }
}
