// protocol.md section 4, written a second time and as plainly as possible.
using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>What a request executed first, or why it must not be.</summary>
internal readonly record struct SessionVerdict(ResultCode? Refusal, OperationResult? Replay);

/// <summary>The session table as plain dictionaries: which nonces were executed, with what result.</summary>
internal sealed class SessionOracle(int sessionsPerClientMax)
{
    private const ulong Window = 1024;
    private const ulong AheadMax = 2 * Request.LifetimeMillisecondsMax;

    private readonly SortedDictionary<(PublicKey Client, SessionId Session), Session> _sessions = [];

    public void DropExpired(Timestamp time)
    {
        foreach (var name in _sessions.Where(each => each.Value.Expires <= time).Select(each => each.Key).ToList()) _sessions.Remove(name);
    }

    public SessionVerdict Judge(Request request, Digest digest, Timestamp time)
    {
        var counter = request.Nonce.Counter;
        var session = _sessions.GetValueOrDefault((request.Client, request.Nonce.Session));
        if (session is not null && session.Executed.TryGetValue(counter, out var kept) && kept.Expires > time)
        {
            return kept.Request == digest ? new SessionVerdict(null, kept.Result) : new SessionVerdict(ResultCode.Conflict, null);
        }

        if (session is not null && session.Top >= Window && counter <= session.Top - Window) return new SessionVerdict(ResultCode.Stale, null);
        if (request.Expires <= time) return new SessionVerdict(ResultCode.Expired, null);
        if (request.Expires.UnixMilliseconds - time.UnixMilliseconds > AheadMax) return new SessionVerdict(ResultCode.Invalid, null);
        var isOneTooMany = session is null && _sessions.Keys.Count(name => name.Client == request.Client) >= sessionsPerClientMax;
        return new SessionVerdict(isOneTooMany ? ResultCode.TooManySessions : null, null);
    }

    public void Keep(Request request, Digest digest, OperationResult result)
    {
        var name = (request.Client, request.Nonce.Session);
        if (!_sessions.TryGetValue(name, out var session)) _sessions.Add(name, session = new Session());
        session.Top = Math.Max(session.Top, request.Nonce.Counter);
        session.Expires = Timestamp.Max(session.Expires, request.Expires);
        session.Executed[request.Nonce.Counter] = new Kept(digest, request.Expires, result);
        foreach (var left in session.Executed.Keys.TakeWhile(counter => session.Top >= Window && counter <= session.Top - Window).ToList()) session.Executed.Remove(left);
    }

    private sealed class Session
    {
        public ulong Top { get; set; }

        public Timestamp Expires { get; set; }

        public SortedDictionary<ulong, Kept> Executed { get; } = [];
    }

    private readonly record struct Kept(Digest Request, Timestamp Expires, OperationResult Result);
}
