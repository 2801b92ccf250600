using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Replication.Faults;

/// <summary>What a replica does wrong by design: for tests, teaching and measurements. A cluster that somebody relies on has none.</summary>
/// <param name="Names">What it does, for the log and for operators.</param>
/// <param name="Tamper">Makes what the replica of one shard lies with; called once a shard, before that replica runs.</param>
public sealed record FaultsByDesign(ImmutableArray<string> Names, Func<ITamperedReplica, IStatementTamper> Tamper)
{
    /// <summary>The same, after so long a time of doing nothing wrong: so that a run shows what the faults change.</summary>
    public FaultsByDesign After(TimeSpan time) => this with { Tamper = replica => new LateTamper(replica, Tamper(replica), new Timestamp(replica.Clock.UnixMilliseconds + (ulong)time.TotalMilliseconds)) };
}

/// <summary>Tells the truth for a while.</summary>
internal sealed class LateTamper(ITamperedReplica replica, IStatementTamper tamper, Timestamp from) : IStatementTamper
{
    private bool IsDue => replica.Clock >= from;

    public IEnumerable<Said> Say(ReplicaId to, PeerMessage message) => IsDue ? tamper.Say(to, message) : [new Said(message)];

    public PeerMessage? Hear(ReplicaId from, PeerMessage message) => IsDue ? tamper.Hear(from, message) : message;
}
