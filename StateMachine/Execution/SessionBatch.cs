using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>
/// The session windows of a batch under way. protocol.md section 4. Each session that a batch touches is read once and written once,
/// however many of its requests the batch has.
/// </summary>
internal sealed class SessionBatch(AuthenticatedMap.Builder map, SessionTable table, StateLimits limits)
{
    private readonly ImmutableSortedSet<SessionExpiry>.Builder _byExpiry = table.ByExpiry.ToBuilder();
    private readonly ClientUsageBatch _usage = new(table.ByClient, table.ResultBytes);

    // Ordered and not hashed: the sessions' names are chosen by clients, who could make them collide.
    private readonly SortedDictionary<SessionKey, Entry> _touched = [];
    private readonly List<ulong> _leaving = [];
    private int _count = table.ByExpiry.Count;

    /// <summary>Removes the sessions all of whose requests have expired, with the results that they still have.</summary>
    public void DropExpired(Timestamp time)
    {
        Invariant.Holds(_touched.Count == 0);
        while (_byExpiry.Count > 0 && _byExpiry.Min is var next && next.Expires <= time)
        {
            Drop(next.Session);
            _byExpiry.Remove(next);
        }
    }

    /// <summary>A session, which may not be there yet.</summary>
    public Entry Touch(SessionKey session)
    {
        if (_touched.TryGetValue(session, out var known)) return known;
        var entry = new Entry(session, _usage.Touch(session.Client));
        if (map.TryGet(entry.Path, out var record))
        {
            Invariant.Holds(SessionWindow.TryRead(record, out var window));
            entry.Window = window;
            entry.IndexedExpires = window.Expires;
        }

        _touched.Add(session, entry);
        return entry;
    }

    /// <summary>Whether the limits let one more result of a session be kept, and the session be opened if it is not there.</summary>
    public bool MayKeep(Entry entry)
    {
        var usage = entry.Client.Usage;
        return (entry.Window is not null || (_count < limits.SessionsMax && usage.Sessions < limits.SessionsPerClientMax))
            && _usage.ResultBytes < limits.ResultBytesMax
            && usage.ResultBytes < limits.ResultBytesPerClientMax;
    }

    /// <summary>Keeps the result of a request that was executed; its counter is not below its session's window. Opens the session if there is none.</summary>
    public void Keep(Entry entry, ulong counter, Timestamp expires, Digest path, MapRecord record)
    {
        var bytes = SessionTable.ResultWeight(record.Bytes.Length) - SessionTable.ResultWeight(map.Set(path, record));
        var opened = 0;
        entry.Changed = true;
        if (entry.Window is { } window)
        {
            _leaving.Clear();
            window.Mark(counter, expires, _leaving);
            foreach (var left in _leaving) bytes -= RemoveResult(entry.Session, left);
        }
        else
        {
            entry.Window = SessionWindow.Open(counter, expires);
            _count++;
            opened = 1;
        }

        _usage.Add(entry.Client, opened, bytes);
    }

    /// <summary>Writes the sessions that changed back into the map, and gives the table that follows.</summary>
    public SessionTable Flush()
    {
        foreach (var (session, entry) in _touched)
        {
            if (!entry.Changed || entry.Window is not { } window) continue;
            map.Set(entry.Path, window.ToRecord(session));
            if (entry.IndexedExpires == window.Expires) continue;
            if (entry.IndexedExpires is { } indexed) Invariant.Holds(_byExpiry.Remove(new SessionExpiry(indexed, session)));
            Invariant.Holds(_byExpiry.Add(new SessionExpiry(window.Expires, session)));
        }

        Invariant.Holds(_byExpiry.Count == _count);
        return new SessionTable(_byExpiry.ToImmutable(), _usage.Flush(), _usage.ResultBytes);
    }

    private void Drop(SessionKey session)
    {
        var path = RecordKeys.SessionPath(session);
        Invariant.Holds(map.TryGet(path, out var record));
        Invariant.Holds(SessionWindow.TryRead(record, out var window));
        var bytes = 0L;
        foreach (var counter in window.Executed()) bytes += RemoveResult(session, counter);
        map.Remove(path);
        _count--;
        _usage.Add(_usage.Touch(session.Client), -1, -bytes);
    }

    private long RemoveResult(SessionKey session, ulong counter)
    {
        var length = map.Remove(RecordKeys.ResultPath(session, counter));
        Invariant.Holds(length > 0);
        return SessionTable.ResultWeight(length);
    }

    /// <summary>A session in a batch under way.</summary>
    internal sealed class Entry(SessionKey session, ClientUsageBatch.Entry client)
    {
        public SessionKey Session { get; } = session;

        /// <summary>Where the session's record belongs.</summary>
        public Digest Path { get; } = RecordKeys.SessionPath(session);

        /// <summary>What its client takes up.</summary>
        public ClientUsageBatch.Entry Client { get; } = client;

        /// <summary>The window; null when there is no such session.</summary>
        public SessionWindow? Window { get; set; }

        /// <summary>The expiry under which the index has the session; null when it does not have it yet.</summary>
        public Timestamp? IndexedExpires { get; set; }

        /// <summary>Whether the window is to be written back.</summary>
        public bool Changed { get; set; }
    }
}
