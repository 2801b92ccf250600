using KvStore.Protocol;

namespace KvStore.Replication.Faults;

/// <summary>A message that a liar sends.</summary>
/// <param name="Message">The message.</param>
/// <param name="Delay">How much later than the truth it leaves, in milliseconds.</param>
public readonly record struct Said(PeerMessage Message, long Delay = 0);

/// <summary>
/// The seam for Byzantine behaviour: everything that one replica sends passes through here, once per receiver, so that different receivers can be
/// told different things; and everything that it hears. The replica behind it runs the real code; what leaves it is a lie. The simulator's liars and those of a
/// running development cluster are the same. One caller at a time.
/// </summary>
public interface IStatementTamper
{
    /// <summary>What is sent in place of the message: the same, others, or nothing.</summary>
    IEnumerable<Said> Say(ReplicaId to, PeerMessage message);

    /// <summary>
    /// What the replica takes in place of a message that came, or of a request from its own gateway; null for nothing. It was not verified yet, and what is
    /// taken will be.
    /// </summary>
    PeerMessage? Hear(ReplicaId from, PeerMessage message);
}

/// <summary>What a tamper knows of the replica that it lies for. It has that replica's key and no other.</summary>
public interface ITamperedReplica
{
    /// <summary>The replica.</summary>
    ReplicaId Self { get; }

    /// <summary>Its group.</summary>
    GroupConfig Group { get; }

    /// <summary>Bounds and time-outs of the ordering.</summary>
    ConsensusConfig Config { get; }

    /// <summary>Where its signatures count.</summary>
    StatementContext Context { get; }

    /// <summary>Signs as the replica.</summary>
    IStatementSigner Signer { get; }

    /// <summary>Its clock.</summary>
    Timestamp Clock { get; }

    /// <summary>The view that it is in, or moves to; the first one while it does not run.</summary>
    View View { get; }

    /// <summary>The last position that it executed; the genesis while it does not run.</summary>
    SequenceNumber Executed { get; }

    /// <summary>Whether it runs and leads its view.</summary>
    bool IsPrimary { get; }
}
