using System.Collections.Immutable;

namespace KvStore.Replication.Faults;

/// <summary>What a replica does wrong by design: for tests, teaching and measurements. A cluster that somebody relies on has none.</summary>
/// <param name="Names">What it does, for the log and for operators.</param>
/// <param name="Tamper">Makes what the replica of one shard lies with; called once a shard, before that replica runs.</param>
public sealed record FaultsByDesign(ImmutableArray<string> Names, Func<ITamperedReplica, IStatementTamper> Tamper);
