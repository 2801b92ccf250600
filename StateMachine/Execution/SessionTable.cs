using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>What is derived from the sessions' records: which one goes next, and how many each client has.</summary>
internal sealed record SessionTable(ImmutableSortedSet<SessionExpiry> ByExpiry, ImmutableSortedDictionary<PublicKey, int> CountByClient)
{
    public static SessionTable Empty { get; } = new([], ImmutableSortedDictionary<PublicKey, int>.Empty);
}

/// <summary>
/// The session windows of a batch under way. protocol.md section 4. Each session that a batch touches is read once and written once, however many of its
/// requests the batch has.
/// </summary>
internal sealed class SessionBatch(AuthenticatedMap.Builder map, SessionTable table, StateLimits limits)
{
    private readonly ImmutableSortedSet<SessionExpiry>.Builder _byExpiry = table.ByExpiry.ToBuilder();
    private readonly ImmutableSortedDictionary<PublicKey, int>.Builder _countByClient = table.CountByClient.ToBuilder();

    // Ordered and not hashed: the sessions' names are chosen by clients, who could make them collide.
    private readonly SortedDictionary<SessionKey, Entry> _touched = [];
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

    /// <summary>The window of a session, or null when there is no such session.</summary>
    public SessionWindow? Find(SessionKey session)
    {
        if (_touched.TryGetValue(session, out var entry)) return entry.Window;
        if (!map.TryGet(RecordKeys.SessionPath(session), out var record)) return null;
        Invariant.Holds(SessionWindow.TryRead(record, out var window));
        _touched.Add(session, new Entry(window, window.Expires));
        return window;
    }

    /// <summary>Whether one more session of a client would be within the limits.</summary>
    public bool MayOpen(PublicKey client) => _count < limits.SessionsMax && _countByClient.GetValueOrDefault(client) < limits.SessionsPerClientMax;

    /// <summary>Notes that a counter, which is not below its session's window, was executed; opens the session if there is none.</summary>
    public void Mark(SessionKey session, ulong counter, Timestamp expires)
    {
        if (Find(session) is { } window)
        {
            window.Mark(counter, expires, left => Invariant.Holds(map.Remove(RecordKeys.ResultPath(session, left))));
            return;
        }

        _touched.Add(session, new Entry(SessionWindow.Open(counter, expires), null));
        _countByClient[session.Client] = _countByClient.GetValueOrDefault(session.Client) + 1;
        _count++;
    }

    /// <summary>Writes the sessions that were touched back into the map, and gives the table that follows.</summary>
    public SessionTable Flush()
    {
        foreach (var (session, entry) in _touched)
        {
            map.Set(RecordKeys.SessionPath(session), entry.Window.ToRecord(session));
            if (entry.IndexedExpires == entry.Window.Expires) continue;
            if (entry.IndexedExpires is { } indexed) Invariant.Holds(_byExpiry.Remove(new SessionExpiry(indexed, session)));
            Invariant.Holds(_byExpiry.Add(new SessionExpiry(entry.Window.Expires, session)));
        }

        Invariant.Holds(_byExpiry.Count == _count);
        return new SessionTable(_byExpiry.ToImmutable(), _countByClient.ToImmutable());
    }

    private void Drop(SessionKey session)
    {
        var path = RecordKeys.SessionPath(session);
        Invariant.Holds(map.TryGet(path, out var record));
        Invariant.Holds(SessionWindow.TryRead(record, out var window));
        foreach (var counter in window.Executed()) Invariant.Holds(map.Remove(RecordKeys.ResultPath(session, counter)));
        map.Remove(path);
        _count--;
        var left = _countByClient[session.Client] - 1;
        if (left == 0) _countByClient.Remove(session.Client);
        else _countByClient[session.Client] = left;
    }

    // The expiry under which the index has the session; null when it does not have it yet.
    private readonly record struct Entry(SessionWindow Window, Timestamp? IndexedExpires);
}
