namespace KvStore.Consensus.NormalCase;

/// <summary>When something happened at this replica.</summary>
/// <param name="Tick">Its ticks.</param>
/// <param name="Owed">The ticks that the primary had owed (<see cref="Leadership.PrimaryMonitor.Owed"/>).</param>
internal readonly record struct Moment(ulong Tick, ulong Owed);
