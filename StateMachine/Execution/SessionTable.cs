using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>What a client's requests take up.</summary>
/// <param name="Sessions">How many sessions it has.</param>
/// <param name="ResultBytes">About how large their results are, in bytes.</param>
internal readonly record struct ClientUsage(int Sessions, long ResultBytes)
{
    public ClientUsage Plus(int sessions, long resultBytes) => new(Sessions + sessions, ResultBytes + resultBytes);
}

/// <summary>What is derived from the records of sessions and results.</summary>
/// <param name="ByExpiry">The sessions, those that go first first.</param>
/// <param name="ByClient">What each client takes up; clients without sessions are not in it.</param>
/// <param name="ResultBytes">About how large all results are, in bytes.</param>
internal sealed record SessionTable(
    ImmutableSortedSet<SessionExpiry> ByExpiry,
    ImmutableSortedDictionary<PublicKey, ClientUsage> ByClient,
    long ResultBytes)
{
    // A leaf, its share of the branches, and the headers of the objects.
    private const int OverheadBytes = 256;

    public static SessionTable Empty { get; } = new([], ImmutableSortedDictionary<PublicKey, ClientUsage>.Empty, 0);

    /// <summary>What a result counts for, given the length of its record; 0 when there is none.</summary>
    public static long ResultWeight(int recordLength) => recordLength == 0 ? 0 : recordLength + OverheadBytes;
}
