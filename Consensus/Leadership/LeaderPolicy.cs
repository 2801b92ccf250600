using KvStore.Protocol;

namespace KvStore.Consensus.Leadership;

/// <summary>Who leads a view: a pure function, so that every replica says the same.</summary>
public abstract class LeaderPolicy
{
    /// <summary>The policy that the group's configuration names.</summary>
    public static LeaderPolicy Of(GroupConfig group) => group.LeaderPolicy switch
    {
        LeaderPolicyKind.RoundRobin or LeaderPolicyKind.MonitoredRoundRobin => new RoundRobin(group),
        _ => throw new ArgumentOutOfRangeException(nameof(group), group.LeaderPolicy, "A leader policy that this version does not have."),
    };

    /// <summary>The primary of a view.</summary>
    public abstract ReplicaId Primary(View view);
}

/// <summary>The views' primaries take turns. PBFT section 4.1: p = v mod |R|.</summary>
public sealed class RoundRobin(GroupConfig group) : LeaderPolicy
{
    /// <inheritdoc/>
    public override ReplicaId Primary(View view) => new((ushort)(view.Number % (ulong)group.Replicas));
}
