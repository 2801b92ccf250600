using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>
/// The users' keys in a batch under way: their records, their order and what has changed. A transaction is applied as it goes; what it has replaced is
/// remembered until it ends, because most are not taken back.
/// </summary>
internal sealed class KeyBatch(AuthenticatedMap.Builder map, ShardState before)
{
    private readonly ImmutableSortedSet<Key>.Builder _index = before.Keys.ToBuilder();
    private readonly ImmutableArray<KeyChange>.Builder _changes = ImmutableArray.CreateBuilder<KeyChange>();
    private List<Replaced>? _replaced;
    private ulong _openedAt;

    /// <summary>How many changes have been applied.</summary>
    public ulong Revision { get; private set; } = before.Revision;

    /// <summary>The revision that the next change is to have: all those of a transaction share one.</summary>
    public ulong NextRevision => _replaced is not null && Revision > _openedAt ? Revision : Revision + 1;

    /// <summary>The keys that are there, in order.</summary>
    public ImmutableSortedSet<Key> Index => _index.ToImmutable();

    /// <summary>What is there now.</summary>
    public MapNode? RootNode => map.RootNode;

    public KeyRecord? Find(Digest path) => StateReader.Find(map.RootNode, path);

    /// <summary>Puts a record of <see cref="NextRevision"/> in the place of what was found.</summary>
    public void Set(KeyChangeKind kind, Key key, Digest path, KeyRecord? found, MapRecord changed)
    {
        Note(kind, key, path, found);
        map.Set(path, changed);
        if (found is null) Invariant.Holds(_index.Add(key));
    }

    /// <summary>Removes the record that was found.</summary>
    public void Remove(KeyChangeKind kind, Key key, Digest path, KeyRecord found)
    {
        Note(kind, key, path, found);
        Invariant.Holds(map.Remove(path) > 0);
        Invariant.Holds(_index.Remove(key));
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

    private void Note(KeyChangeKind kind, Key key, Digest path, KeyRecord? found)
    {
        Revision = NextRevision;
        _changes.Add(new KeyChange(kind, key, Revision));
        _replaced?.Add(new Replaced(key, path, found));
    }

    private void Restore(Replaced replaced)
    {
        if (replaced.Found is { } found)
        {
            map.Set(replaced.Path, found.Record);
            _index.Add(replaced.Key); // It is there still, unless the transaction had deleted it.
            return;
        }

        Invariant.Holds(map.Remove(replaced.Path) > 0);
        Invariant.Holds(_index.Remove(replaced.Key));
    }

    private readonly record struct Replaced(Key Key, Digest Path, KeyRecord? Found);
}
