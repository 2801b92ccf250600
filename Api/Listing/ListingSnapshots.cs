using KvStore.StateMachine;

namespace KvStore.Api.Listing;

/// <summary>
/// The states from which listings that go on over several pages come: http-api.md promises that the pages of one listing come from one revision.
/// States are immutable and share what they have in common, so keeping one costs what has changed since. A few are kept for a minute each.
/// </summary>
internal sealed class ListingSnapshots(TimeProvider clock)
{
    private const int SnapshotsMax = 32;
    private static readonly TimeSpan _lifetime = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = []; // The one that was used last is at the end.

    /// <summary>Keeps a state, or goes on keeping it.</summary>
    public void Keep(uint shard, ShardState state)
    {
        lock (_lock)
        {
            DropOld();
            _entries.RemoveAll(entry => entry.Shard == shard && entry.State.Revision == state.Revision);
            if (_entries.Count == SnapshotsMax) _entries.RemoveAt(0);
            _entries.Add(new Entry(shard, state, clock.GetUtcNow()));
        }
    }

    /// <summary>The state of a revision, if it is kept.</summary>
    public ShardState? Find(uint shard, ulong revision)
    {
        lock (_lock)
        {
            DropOld();
            return _entries.Find(entry => entry.Shard == shard && entry.State.Revision == revision)?.State;
        }
    }

    private void DropOld()
    {
        var now = clock.GetUtcNow();
        _entries.RemoveAll(entry => now - entry.Used > _lifetime);
    }

    private sealed record Entry(uint Shard, ShardState State, DateTimeOffset Used);
}
