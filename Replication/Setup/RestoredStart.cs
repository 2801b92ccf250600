using KvStore.Protocol;

namespace KvStore.Replication.Setup;

/// <summary>What the genesis of a cluster says that begins with the states of another one.</summary>
/// <param name="Origin">The states.</param>
/// <param name="Limits">The limits that hold for them: those of the other cluster.</param>
public sealed record RestoredStart(GenesisOrigin Origin, StateLimits Limits);
