using System.Collections.Immutable;

namespace KvStore.StateMachine;

/// <summary>What is derived from the records of users' keys.</summary>
/// <param name="InOrder">The keys, in order.</param>
/// <param name="ByExpiry">Those that have a time to live, those that go first first.</param>
internal sealed record KeyTable(ImmutableSortedSet<Key> InOrder, ImmutableSortedSet<KeyExpiry> ByExpiry)
{
    public static KeyTable Empty { get; } = new([], []);
}
