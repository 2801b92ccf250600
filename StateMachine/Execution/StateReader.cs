using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>Carries out reads, alike for the state as it stands and for reads that were ordered.</summary>
internal static class StateReader
{
    // What an entry of a page takes beside its key, content type and value.
    private const int EntryOverheadBytes = 48;

    /// <summary>Finds a key's record. What the state holds is well formed, or the state is broken.</summary>
    public static KeyRecord? Find(MapNode? root, Digest path)
    {
        var leaf = MapEdit.Find(root, new MapPath(path));
        if (leaf is null) return null;
        Invariant.Holds(KeyRecord.TryRead(leaf.Record, out var record));
        return record;
    }

    public static OperationResult Get(MapNode? root, ulong revision, GetCommand command)
    {
        var found = Find(root, command.RecordPath);
        var keyRevision = found?.Revision ?? 0;
        var length = found?.Value.Length ?? 0;
        var state = new OperationResult
        {
            Code = ResultCode.NotFound,
            Revision = revision,
            KeyRevision = keyRevision,
            Length = (ulong)length,
            Expires = found?.Expires ?? default,
        };

        // RFC 9110 section 13.2.2: first If-Match, then If-None-Match, and then the range.
        if (command.Conditions.IfMatch is { } ifMatch && !ifMatch.Match(keyRevision)) return state with { Code = ResultCode.PreconditionFailed };
        if (found is not { } record) return state;
        if (command.Conditions.IfNoneMatch is { } ifNoneMatch && ifNoneMatch.Match(keyRevision)) return state with { Code = ResultCode.NotModified };

        var (offset, count) = (0, length);
        if (command.Range is { } range && !range.TryResolve(length, out offset, out count)) return state with { Code = ResultCode.RangeNotSatisfiable };
        return state with
        {
            Code = ResultCode.Ok,
            Offset = (ulong)offset,
            Value = record.Value.Slice(offset, count),
            ContentType = record.ContentType,
        };
    }

    public static OperationResult List(MapNode? root, ImmutableSortedSet<Key> keys, ulong revision, StateLimits limits, ListCommand command)
    {
        var page = Page(root, keys, limits, command);
        var writer = new CanonicalWriter();
        page.Encode(writer);
        return new OperationResult { Code = ResultCode.Ok, Revision = revision, Value = writer.ToArray() };
    }

    private static ListPage Page(MapNode? root, ImmutableSortedSet<Key> keys, StateLimits limits, ListCommand command)
    {
        var first = PositionOf(keys, command.Start);
        var end = command.End is { } endKey ? Math.Max(first, PositionOf(keys, endKey)) : keys.Count;
        var entries = ImmutableArray.CreateBuilder<ListEntry>();
        var bytesLeft = (long)limits.ListPageBytesMax;
        var next = default(Key);
        for (var i = first; i < end; i++)
        {
            var entry = Entry(root, keys[i], command.KeysOnly);
            bytesLeft -= EntryOverheadBytes + entry.Key.Length + entry.ContentType.Length + (entry.Value?.Length ?? 0);
            if (entries.Count == command.Limit || (bytesLeft < 0 && entries.Count > 0))
            {
                next = entry.Key;
                break;
            }

            entries.Add(entry);
        }

        return new ListPage(entries.DrainToImmutable(), next, command.Count ? (ulong)(end - first) : null);
    }

    private static ListEntry Entry(MapNode? root, Key key, bool keyOnly)
    {
        var found = Find(root, key.RecordPath);
        Invariant.Holds(found.HasValue);
        var record = found.Value;
        var value = keyOnly ? (ReadOnlyMemory<byte>?)null : record.Value;
        return new ListEntry(key, record.Revision, (ulong)record.Value.Length, record.ContentType, value) { Expires = record.Expires };
    }

    // How many keys come before this one.
    private static int PositionOf(ImmutableSortedSet<Key> keys, Key key)
    {
        var index = keys.IndexOf(key);
        return index < 0 ? ~index : index;
    }
}
