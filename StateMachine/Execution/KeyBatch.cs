using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>
/// The users' keys in a batch under way: their records, their order, when they expire and what has changed. A transaction is applied as it goes; what it
/// has replaced is remembered until it ends, because most are not taken back.
/// </summary>
internal sealed class KeyBatch(AuthenticatedMap.Builder map, KeyTable table, ulong revision, int changesExpected)
{
    /// <summary>Keys that one batch lets expire, at most: the rest goes with the next, so that no batch takes long because many keys expire at once.</summary>
    public const int ExpiredPerBatchMax = 1024;

    private readonly ImmutableSortedSet<Key>.Builder _inOrder = table.InOrder.ToBuilder();
    private readonly ImmutableArray<KeyChange>.Builder _changes = ImmutableArray.CreateBuilder<KeyChange>(changesExpected);

    // Null until a key with a time to live changes: most batches have none.
    private ImmutableSortedSet<KeyExpiry>.Builder? _byExpiry;
    private List<Replaced>? _replaced;
    private ulong _openedAt;

    /// <summary>How many changes have been applied.</summary>
    public ulong Revision { get; private set; } = revision;

    /// <summary>The revision that the next change is to have: all those of a transaction share one.</summary>
    public ulong NextRevision => _replaced is not null && Revision > _openedAt ? Revision : Revision + 1;

    /// <summary>The keys that are there, in order.</summary>
    public ImmutableSortedSet<Key> InOrder => _inOrder.ToImmutable();

    /// <summary>What is there now.</summary>
    public MapNode? RootNode => map.RootNode;

    /// <summary>Removes the keys whose time has come, those that go first first. Each is a change of its own.</summary>
    public void ExpireDue(Timestamp time)
    {
        for (var i = 0; i < ExpiredPerBatchMax && TryFindDue(time, out var key); i++)
        {
            var path = key.RecordPath;
            var found = Find(path);
            Invariant.Holds(found is not null);
            Remove(KeyChangeKind.Expire, key, path, found.Value);
        }
    }

    public KeyRecord? Find(Digest path) => StateReader.Find(map.RootNode, path);

    /// <summary>Puts a record of <see cref="NextRevision"/> in the place of what was found.</summary>
    public void Set(KeyChangeKind kind, Key key, Digest path, KeyRecord? found, MapRecord changed, Timestamp expires)
    {
        Note(kind, key, path, found, expires);
        map.Set(path, changed);
        if (found is null) Invariant.Holds(_inOrder.Add(key));
        Reschedule(key, found?.Expires ?? default, expires);
    }

    /// <summary>Removes the record that was found.</summary>
    public void Remove(KeyChangeKind kind, Key key, Digest path, KeyRecord found)
    {
        Note(kind, key, path, found, expires: default);
        Invariant.Holds(map.Remove(path) > 0);
        Invariant.Holds(_inOrder.Remove(key));
        Reschedule(key, found.Expires, default);
    }

    /// <summary>Begins a transaction: what changes until it ends is one change.</summary>
    public void Begin()
    {
        Invariant.Holds(_replaced is null);
        (_replaced, _openedAt) = ([], Revision);
    }

    /// <summary>Ends the transaction, and keeps what it changed.</summary>
    public void Commit()
    {
        Invariant.Holds(_replaced is not null);
        _replaced = null;
    }

    /// <summary>Ends the transaction, and takes back what it changed.</summary>
    public void RollBack()
    {
        Invariant.Holds(_replaced is not null);
        for (var i = _replaced.Count - 1; i >= 0; i--) Restore(_replaced[i]);
        _changes.Count -= _replaced.Count;
        (_replaced, Revision) = (null, _openedAt);
    }

    /// <summary>What was changed, in order; ends the batch.</summary>
    public ImmutableArray<KeyChange> DrainChanges() => _changes.DrainToImmutable();

    /// <summary>The table that follows.</summary>
    public KeyTable Flush() => new(InOrder, _byExpiry?.ToImmutable() ?? table.ByExpiry);

    private bool TryFindDue(Timestamp time, out Key key)
    {
        var next = _byExpiry is not null ? _byExpiry.Min : table.ByExpiry.Min; // The default, whose time is 0, when there is none.
        key = next.Key;
        return next.Expires != default && next.Expires <= time;
    }

    private void Note(KeyChangeKind kind, Key key, Digest path, KeyRecord? found, Timestamp expires)
    {
        Revision = NextRevision;
        _changes.Add(new KeyChange(kind, key, Revision));
        _replaced?.Add(new Replaced(key, path, found, expires));
    }

    private void Reschedule(Key key, Timestamp before, Timestamp after)
    {
        if (before == after) return;
        _byExpiry ??= table.ByExpiry.ToBuilder();
        if (before != default) Invariant.Holds(_byExpiry.Remove(new KeyExpiry(before, key)));
        if (after != default) Invariant.Holds(_byExpiry.Add(new KeyExpiry(after, key)));
    }

    private void Restore(Replaced replaced)
    {
        Reschedule(replaced.Key, replaced.Expires, replaced.Found?.Expires ?? default);
        if (replaced.Found is { } found)
        {
            map.Set(replaced.Path, found.Record);
            _inOrder.Add(replaced.Key); // It is there still, unless the transaction had deleted it.
            return;
        }

        Invariant.Holds(map.Remove(replaced.Path) > 0);
        Invariant.Holds(_inOrder.Remove(replaced.Key));
    }

    /// <summary>A change of a transaction.</summary>
    /// <param name="Key">The key.</param>
    /// <param name="Path">Where its record is.</param>
    /// <param name="Found">The record before; null when there was none.</param>
    /// <param name="Expires">When the key expires after it; zero when it does not.</param>
    private readonly record struct Replaced(Key Key, Digest Path, KeyRecord? Found, Timestamp Expires);
}
