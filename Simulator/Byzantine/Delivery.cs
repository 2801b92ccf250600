// adversary.md rows 10, 13 and 21; Aardvark (NSDI '09) for the primary that is as slow as the time-out allows.
using KvStore.Protocol;
using KvStore.Replication.Faults;

namespace KvStore.Simulator;

/// <summary>Says nothing, or nothing of some kinds of message.</summary>
internal sealed class SilentBehaviour(LiarKit kit) : Behaviour(kit)
{
    private const int KindsMax = 24;

    private readonly ulong _silentKinds = kit.Random.Chance(4000) ? ulong.MaxValue : kit.Random.Next();

    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message) => ((_silentKinds >> KindOf(message)) & 1) != 0 ? [] : Only(message);

    private static int KindOf(PeerMessage message) => message is StatementMessage it ? KindsMax + (int)it.Signed.UntypedStatement.Kind : (int)message.Kind;
}

/// <summary>Says nothing at all.</summary>
internal sealed class MuteBehaviour(LiarKit kit) : Behaviour(kit)
{
    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message) => [];
}

/// <summary>Everything comes late.</summary>
internal sealed class SlowBehaviour(LiarKit kit) : Behaviour(kit)
{
    private const int TimeoutsMax = 3;

    private readonly int _delayMax = kit.Random.Between(10, TimeoutsMax * (int)kit.Config.RequestTimeoutTicks * kit.Config.TickMilliseconds);

    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message) => [new Said(message, Kit.Random.Between(0, _delayMax))];
}

/// <summary>Talks to some only.</summary>
internal sealed class SelectiveBehaviour(LiarKit kit) : Behaviour(kit)
{
    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message) => Kit.IsOnOtherSide(to, 0) ? [] : Only(message);
}

/// <summary>Says everything many times.</summary>
internal sealed class FloodBehaviour(LiarKit kit) : Behaviour(kit)
{
    private const int TimesMax = 8;

    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message) => Enumerable.Repeat(new Said(message), Kit.Random.Between(1, TimesMax));
}

/// <summary>A primary that is correct, and as slow as the time-out allows: what it proposes comes just before the others would give it up.</summary>
internal sealed class JustInTimeBehaviour(LiarKit kit) : Behaviour(kit)
{
    private readonly long _delay = (long)kit.Config.RequestTimeoutTicks * kit.Config.TickMilliseconds * kit.Random.Between(50, 95) / 100;

    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message) => [new Said(message, message is ProposalMessage ? _delay : 0)];
}

/// <summary>Complains about every primary, as often as it says where it stands.</summary>
internal sealed class ComplainBehaviour(LiarKit kit) : Behaviour(kit)
{
    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message) => message is StatusMessage it ? Both(message, new ComplaintMessage(it.View)) : Only(message);
}
