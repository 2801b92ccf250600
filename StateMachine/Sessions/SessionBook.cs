using System.Diagnostics.CodeAnalysis;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>
/// The sessions of a shard as they stand, for who executes: found by a table and changed in place. They are a part of the state, but the map has them only
/// as they were when it was last brought up to date, which is before its root is needed: at checkpoints. So a request costs its result's bytes, and not a
/// new path through the tree for its session and another one for its result. protocol.md section 4.
/// </summary>
internal sealed class SessionBook(StateLimits limits)
{
    private readonly LookupTable<Digest, Session> _sessions = new();
    private readonly LookupTable<PublicKey, ClientUsage> _clients = new();

    // Each session once, under a time that is not after the one at which it goes: most go on, and are not looked at again until then.
    private readonly SortedSet<SessionExpiry> _byExpiry = [];
    private readonly List<Session> _changed = [];
    private readonly List<Session> _dropped = [];
    private readonly List<ulong> _leaving = [];
    private long _resultBytes;

    /// <summary>How many sessions there are.</summary>
    public int Count => _sessions.Count;

    /// <summary>A session, or null.</summary>
    public Session? Find(SessionKey session) => _sessions.TryGetValue(RecordKeys.SessionPath(session), out var found) ? found : null;

    /// <summary>Removes the sessions all of whose requests have expired, with the results that they still have.</summary>
    public void DropExpired(Timestamp time)
    {
        while (_byExpiry.Count > 0 && _byExpiry.Min is var next && next.Expires <= time)
        {
            Invariant.Holds(_byExpiry.Remove(next));
            var session = Find(next.Session);
            Invariant.Holds(session is not null);
            if (session.Window.Expires > time) _byExpiry.Add(next with { Expires = session.Window.Expires });
            else Drop(session);
        }
    }

    /// <summary>Whether the limits let one more result be kept, and its session be opened if it is not there.</summary>
    public bool MayKeep(Session? session, PublicKey client)
    {
        var usage = session?.Client ?? (_clients.TryGetValue(client, out var known) ? known : null);
        return (session is not null || (Count < limits.SessionsMax && (usage?.Sessions ?? 0) < limits.SessionsPerClientMax))
            && _resultBytes < limits.ResultBytesMax
            && (usage?.ResultBytes ?? 0) < limits.ResultBytesPerClientMax;
    }

    /// <summary>Keeps the result of a request that was executed; its counter is not below its session's window.</summary>
    /// <param name="key">The session's name.</param>
    /// <param name="session">The session; null when it is to be opened.</param>
    /// <param name="counter">The request's counter.</param>
    /// <param name="expires">When the request expires.</param>
    /// <param name="result">The result as <see cref="ResultRecord"/> has it; copied.</param>
    public void Keep(SessionKey key, Session? session, ulong counter, Timestamp expires, ReadOnlySpan<byte> result)
    {
        session ??= Open(key, SessionWindow.Open(counter, expires));
        var bytes = session.Set(counter, result);
        _leaving.Clear();
        session.Window.Mark(counter, expires, _leaving);
        foreach (var left in _leaving) bytes += session.Remove(left);
        session.Client.ResultBytes += bytes;
        _resultBytes += bytes;
        if (session.IsChanged) return;
        session.IsChanged = true;
        _changed.Add(session);
    }

    /// <summary>The result of a request that was executed, as long as it is kept: until the request expires or leaves its session's window.</summary>
    public bool TryFindResult(PublicKey client, Nonce nonce, Timestamp now, out ResultRecord result)
    {
        result = default;
        if (Find(new SessionKey(client, nonce.Session)) is not { } session || !session.Window.WasExecuted(nonce.Counter)) return false;
        result = session.At(nonce.Counter);
        return result.Expires > now;
    }

    /// <summary>Brings the map up to date.</summary>
    public void Flush(AuthenticatedMap.Builder map)
    {
        // First what went: a session of the same name may have come after it.
        foreach (var session in _dropped) session.RemoveFrom(map);
        foreach (var session in _changed)
        {
            if (session.IsChanged) session.Flush(map);
        }

        _dropped.Clear();
        _changed.Clear();
    }

    /// <summary>Makes the book of a map's sessions. False when their records contradict each other, or the limits, which no correct replica's do.</summary>
    public static bool TryLoad(AuthenticatedMap map, StateLimits limits, Timestamp time, [NotNullWhen(true)] out SessionBook? book)
    {
        book = null;
        var loading = new SessionBook(limits);
        var sessions = new List<Session>();
        foreach (var record in map.Records())
        {
            if (record.Key[0] == (byte)RecordKind.Session && !loading.TryOpen(record, time, sessions)) return false;
        }

        foreach (var record in map.Records())
        {
            if ((RecordKind)record.Key[0] is RecordKind.Results or RecordKind.LongResult && loading.Find(RecordKeys.ReadSession(record.Key))?.TryRead(record) != true) return false;
        }

        foreach (var session in sessions)
        {
            if (!session.IsWhole()) return false;
            session.WeighAll();
            session.Client.ResultBytes += session.Weight;
            loading._resultBytes += session.Weight;
        }

        book = loading;
        return true;
    }

    private bool TryOpen(MapRecord record, Timestamp time, List<Session> sessions)
    {
        if (!SessionWindow.TryRead(record, out var window) || window.Expires <= time) return false;
        var session = Open(RecordKeys.ReadSession(record.Key), window);
        session.MarkWritten();
        sessions.Add(session);
        return session.Client.Sessions <= limits.SessionsPerClientMax && Count <= limits.SessionsMax;
    }

    private Session Open(SessionKey key, SessionWindow window)
    {
        if (!_clients.TryGetValue(key.Client, out var client)) _clients[key.Client] = client = new ClientUsage();
        client.Sessions++;
        var session = new Session(key, RecordKeys.SessionPath(key), client, window);
        _sessions[session.Path] = session;
        Invariant.Holds(_byExpiry.Add(new SessionExpiry(window.Expires, key)));
        return session;
    }

    private void Drop(Session session)
    {
        session.Client.ResultBytes -= session.Weight;
        _resultBytes -= session.Weight;
        Invariant.Holds(session.Client.ResultBytes >= 0);
        if (--session.Client.Sessions == 0) Invariant.Holds(_clients.Remove(session.Key.Client));
        Invariant.Holds(_sessions.Remove(session.Path));
        if (session.Forget()) _dropped.Add(session);
    }
}
