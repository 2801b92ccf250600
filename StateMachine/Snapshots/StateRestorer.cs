using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>Rebuilds from a shard's records what is derived from them, and refuses records that contradict each other.</summary>
internal sealed class StateRestorer
{
    private readonly StateLimits _limits;
    private readonly ShardPartition _partition;
    private readonly MetaRecord _meta;
    private readonly ImmutableSortedSet<Key>.Builder _keys = ImmutableSortedSet.CreateBuilder<Key>();
    private readonly ImmutableSortedSet<KeyExpiry>.Builder _keysByExpiry = ImmutableSortedSet.CreateBuilder<KeyExpiry>();

    private StateRestorer(StateLimits limits, ShardPartition partition, MetaRecord meta)
    {
        _limits = limits;
        _partition = partition;
        _meta = meta;
    }

    public static bool TryRestore(
        AuthenticatedMap map, StateLimits limits, ClientPolicy clients, ShardPartition partition, [NotNullWhen(true)] out ShardState? state)
    {
        state = null;
        if (!map.TryGet(RecordKeys.MetaPath, out var record) || !MetaRecord.TryRead(record, out var meta)) return false;
        if (meta.Configuration != MetaRecord.ConfigurationOf(limits, clients, partition)) return false;
        var restorer = new StateRestorer(limits, partition, meta);
        foreach (var each in map.Records())
        {
            if (!restorer.Take(each)) return false;
        }

        if (!SessionBook.TryLoad(map, limits, meta.Time, out var sessions)) return false;
        var keys = new KeyTable(restorer._keys.ToImmutable(), restorer._keysByExpiry.ToImmutable());
        state = new ShardState(new ShardView(new ShardSettings(limits, clients, partition), map, meta, keys), sessions);
        return true;
    }

    private bool Take(MapRecord record) => record.Key is [var kind, ..] && (RecordKind)kind switch
    {
        RecordKind.Key => TakeKey(record),
        RecordKind.Meta => record.Key.Length == RecordKeys.KindLength,
        RecordKind.Session => record.Key.Length == RecordKeys.SessionLength,
        RecordKind.Results => record.Key.Length == RecordKeys.ResultsLength,
        RecordKind.LongResult => record.Key.Length == RecordKeys.LongResultLength,
        _ => false,
    };

    private bool TakeKey(MapRecord record)
    {
        if (!KeyRecord.TryRead(record, out var key)) return false;
        var name = new Key(key.Key.ToArray());
        _keys.Add(name);
        if (key.Expires != default) _keysByExpiry.Add(new KeyExpiry(key.Expires, name));
        return _partition.Owns(key.Key)
            && key.Key.Length <= _limits.KeyBytesMax
            && key.ContentTypeLength <= _limits.ContentTypeBytesMax
            && key.Value.Length <= _limits.ValueBytesMax
            && key.Revision >= 1
            && key.Revision <= _meta.Revision
            && key.Expires.UnixMilliseconds <= CanonicalReader.NumberMax;
    }
}
