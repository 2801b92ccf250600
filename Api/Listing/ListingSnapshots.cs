using System.Collections.Immutable;
using KvStore.StateMachine;

namespace KvStore.Api.Listing;

/// <summary>
/// The states from which listings that go on over several pages come: http-api.md promises that the pages of one listing come from one revision of
/// each shard. States are immutable and share what they have in common, so keeping one costs what has changed since. A few are kept for a minute each.
/// </summary>
internal sealed class ListingSnapshots(TimeProvider clock)
{
    private const int SnapshotsMax = 32;
    private static readonly TimeSpan _lifetime = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = []; // The one that was used last is at the end.

    /// <summary>Keeps the states of all shards, or goes on keeping them.</summary>
    public void Keep(ListingPoint point, ImmutableArray<ShardView> states)
    {
        lock (_lock)
        {
            DropOld();
            _entries.RemoveAll(entry => entry.Point == point);
            if (_entries.Count == SnapshotsMax) _entries.RemoveAt(0);
            _entries.Add(new Entry(point, states, clock.GetUtcNow()));
        }
    }

    /// <summary>The states of all shards at a point; empty when they are not kept.</summary>
    public ImmutableArray<ShardView> Find(ListingPoint point)
    {
        lock (_lock)
        {
            DropOld();
            return _entries.Find(entry => entry.Point == point)?.States ?? [];
        }
    }

    private void DropOld()
    {
        var now = clock.GetUtcNow();
        _entries.RemoveAll(entry => now - entry.Used > _lifetime);
    }

    private sealed record Entry(ListingPoint Point, ImmutableArray<ShardView> States, DateTimeOffset Used);
}
