using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>Rebuilds from a shard's records what is derived from them, and refuses records that contradict each other.</summary>
internal sealed class StateRestorer
{
    private readonly AuthenticatedMap _map;
    private readonly StateLimits _limits;
    private readonly ShardPartition _partition;
    private readonly MetaRecord _meta;
    private readonly ImmutableSortedSet<Key>.Builder _keys = ImmutableSortedSet.CreateBuilder<Key>();
    private readonly ImmutableSortedSet<KeyExpiry>.Builder _keysByExpiry = ImmutableSortedSet.CreateBuilder<KeyExpiry>();
    private readonly ImmutableSortedSet<SessionExpiry>.Builder _byExpiry = ImmutableSortedSet.CreateBuilder<SessionExpiry>();
    private readonly ImmutableSortedDictionary<PublicKey, ClientUsage>.Builder _byClient = ImmutableSortedDictionary.CreateBuilder<PublicKey, ClientUsage>();
    private long _resultBytes;
    private long _resultsExpected;
    private long _results;

    private StateRestorer(AuthenticatedMap map, StateLimits limits, ShardPartition partition, MetaRecord meta)
    {
        _map = map;
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
        var restorer = new StateRestorer(map, limits, partition, meta);
        foreach (var each in map.Records())
        {
            if (!restorer.Take(each)) return false;
        }

        // Every result was found in its session's window, so equal numbers mean that the window misses none.
        if (restorer._results != restorer._resultsExpected) return false;
        var sessions = new SessionTable(restorer._byExpiry.ToImmutable(), restorer._byClient.ToImmutable(), restorer._resultBytes);
        var keys = new KeyTable(restorer._keys.ToImmutable(), restorer._keysByExpiry.ToImmutable());
        state = new ShardState(limits, clients, partition, map, meta, keys, sessions);
        return true;
    }

    private bool Take(MapRecord record) => record.Key is [var kind, ..] && (RecordKind)kind switch
    {
        RecordKind.Key => TakeKey(record),
        RecordKind.Meta => record.Key.Length == RecordKeys.KindLength,
        RecordKind.Session => record.Key.Length == RecordKeys.SessionLength && TakeSession(record),
        RecordKind.Result => record.Key.Length == RecordKeys.ResultLength && TakeResult(record),
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

    private bool TakeSession(MapRecord record)
    {
        if (!SessionWindow.TryRead(record, out var window) || window.Expires <= _meta.Time) return false;
        var session = RecordKeys.ReadSession(record.Key);
        _byExpiry.Add(new SessionExpiry(window.Expires, session));
        var usage = _byClient.GetValueOrDefault(session.Client).Plus(sessions: 1, resultBytes: 0);
        _byClient[session.Client] = usage;
        _resultsExpected += window.Count;
        return usage.Sessions <= _limits.SessionsPerClientMax && _byExpiry.Count <= _limits.SessionsMax;
    }

    private bool TakeResult(MapRecord record)
    {
        _results++;
        var session = RecordKeys.ReadSession(record.Key);
        var bytes = SessionTable.ResultWeight(record.Bytes.Length);
        _byClient[session.Client] = _byClient.GetValueOrDefault(session.Client).Plus(sessions: 0, bytes);
        _resultBytes += bytes;
        return ResultRecord.TryRead(record, out var result)
            && record.Path == RecordKeys.ResultPath(session, result.Counter)
            && _map.TryGet(RecordKeys.SessionPath(session), out var sessionRecord)
            && SessionWindow.TryRead(sessionRecord, out var window)
            && window.WasExecuted(result.Counter)
            && result.Expires <= window.Expires;
    }
}
