using KvStore.Protocol;

namespace KvStore.Replication.Hosting;

/// <summary>Something that was seen of a replica, how often, and when last.</summary>
/// <param name="Kind">What.</param>
/// <param name="Replica">Of which replica.</param>
/// <param name="Count">How often: what comes in quick succession counts once a second.</param>
/// <param name="LastSeen">When last, UTC.</param>
public sealed record Suspicion(SuspicionKind Kind, ReplicaId Replica, long Count, DateTimeOffset LastSeen);

/// <summary>
/// What a replica suspects others of. The kinds and replicas are few, so the table is bounded; counts grow once a second, so that a flood tells no more than a trickle. Nothing rests on
/// them but what operators think. Thread-safe.
/// </summary>
public sealed class SuspicionCounters(TimeProvider clock)
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly SortedDictionary<(ushort Replica, SuspicionKind Kind), (Suspicion Suspicion, long Timestamp)> _seen = [];

    /// <summary>Counts one; gives the new count, or null when one was counted a moment ago.</summary>
    public long? Add(SuspicionKind kind, ReplicaId replica)
    {
        lock (_gate)
        {
            var known = _seen.TryGetValue((replica.Index, kind), out var before);
            if (known && clock.GetElapsedTime(before.Timestamp) < _interval) return null;
            var count = known ? before.Suspicion.Count + 1 : 1;
            _seen[(replica.Index, kind)] = (new Suspicion(kind, replica, count, clock.GetUtcNow()), clock.GetTimestamp());
            return count;
        }
    }

    /// <summary>All, by replica and kind.</summary>
    public IReadOnlyList<Suspicion> Snapshot()
    {
        lock (_gate) return [.. _seen.Values.Select(each => each.Suspicion)];
    }
}
