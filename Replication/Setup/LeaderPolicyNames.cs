using KvStore.Protocol;

namespace KvStore.Replication.Setup;

/// <summary>The leader policies as a genesis, the interface and options name them.</summary>
public static class LeaderPolicyNames
{
    /// <summary>The nodes in turn.</summary>
    public const string RoundRobin = "round-robin";

    /// <summary>The same, and one that delivers too little is voted out.</summary>
    public const string MonitoredRoundRobin = "monitored-round-robin";

    /// <summary>The name of a policy.</summary>
    public static string Of(LeaderPolicyKind policy) => policy switch
    {
        LeaderPolicyKind.RoundRobin => RoundRobin,
        LeaderPolicyKind.MonitoredRoundRobin => MonitoredRoundRobin,
        _ => throw new ArgumentOutOfRangeException(nameof(policy), policy, "An unknown leader policy."),
    };
}
