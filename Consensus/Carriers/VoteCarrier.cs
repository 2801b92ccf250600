using KvStore.Protocol;

namespace KvStore.Consensus.Carriers;

/// <summary>Who sends a vote to whom. Votes, certificates and view changes are the same under every carrier. protocol.md section 5.</summary>
public abstract class VoteCarrier
{
    /// <summary>The carrier that the group's configuration names.</summary>
    public static VoteCarrier Of(GroupConfig group) => group.Carrier switch
    {
        CarrierKind.Broadcast => new BroadcastCarrier(),
        _ => throw new ArgumentOutOfRangeException(nameof(group), group.Carrier, "A carrier that this version does not have."),
    };

    /// <summary>Sends a Prepare or Commit on its way.</summary>
    public abstract void Carry(OrderingVote vote, ICollection<Effect> effects);
}

/// <summary>All to all, as in PBFT.</summary>
public sealed class BroadcastCarrier : VoteCarrier
{
    /// <inheritdoc/>
    public override void Carry(OrderingVote vote, ICollection<Effect> effects) => effects.Add(new Broadcast(vote));
}
