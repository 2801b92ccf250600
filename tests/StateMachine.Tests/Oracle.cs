using System.Text;

namespace KvStore.StateMachine.Tests;

/// <summary>
/// The state machine once more, as plainly as it can be said: dictionaries, no windows of bits, no tree, nothing incremental. It understands only the
/// operations that <see cref="RandomRequest"/> makes, and takes them from the HTTP request by itself.
/// </summary>
internal sealed class Oracle(StateLimits limits)
{
    private readonly SortedDictionary<string, (ulong Revision, string Value)> _values = new(StringComparer.Ordinal);
    private readonly List<Executed> _executed = [];
    private ulong _revision;
    private Timestamp _time;

    private sealed record Executed(Request Request, OperationResult Result)
    {
        public (PublicKey, SessionId) Session => (Request.Client, Request.Nonce.Session);
    }

    public IReadOnlyDictionary<string, (ulong Revision, string Value)> Values => _values;

    public int SessionCount => Live.Select(e => e.Session).Distinct().Count();

    // A session is there as long as one of the requests that were ever executed in it has not expired.
    private IEnumerable<Executed> Live
    {
        get
        {
            var sessions = _executed.Where(e => e.Request.Expires > _time).Select(e => e.Session).ToHashSet();
            return _executed.Where(e => sessions.Contains(e.Session));
        }
    }

    public void BeginBatch(Timestamp time)
    {
        _time = Timestamp.Max(_time, time);
        var live = Live.ToList();
        _executed.Clear();
        _executed.AddRange(live);
    }

    public (OperationResult Result, bool Replayed) Execute(Request request)
    {
        var session = _executed.Where(e => e.Session == (request.Client, request.Nonce.Session)).ToList();
        var top = session.Count == 0 ? 0 : session.Max(e => e.Request.Nonce.Counter);
        var stale = top >= StateLimits.SessionWindow && request.Nonce.Counter <= top - StateLimits.SessionWindow;
        var first = session.LastOrDefault(e => e.Request.Nonce == request.Nonce);
        if (first is not null && !stale && first.Request.Expires > _time)
        {
            var same = first.Request.DigestFor(Requests.Cluster) == request.DigestFor(Requests.Cluster);
            return same ? (first.Result, true) : (Refusal(ResultCode.Conflict), false);
        }

        if (stale) return (Refusal(ResultCode.Stale), false);
        if (request.Expires <= _time) return (Refusal(ResultCode.Expired), false);
        if (session.Count == 0 && !MayOpen(request.Client)) return (Refusal(ResultCode.TooManySessions), false);
        var result = Apply(request.Operation);
        _executed.Add(new Executed(request, result));
        return (result, false);
    }

    private bool MayOpen(PublicKey client)
    {
        var sessions = _executed.Select(e => e.Session).Distinct().ToList();
        return sessions.Count < limits.SessionsMax && sessions.Count(s => s.Item1 == client) < limits.SessionsPerClientMax;
    }

    private OperationResult Apply(Operation operation)
    {
        if (operation.Header(OperationHeader.IfMatch) == "nonsense") return Refusal(ResultCode.Invalid);
        if (operation.Path == "/v1/kv") return List(int.Parse(operation.Query.Split('=')[^1]));
        var key = operation.Path["/v1/kv/".Length..];
        if (!key.Contains("{here}")) return Refusal(ResultCode.WrongShard);
        var found = _values.TryGetValue(key, out var current);
        var (revision, value) = found ? current : (0, "");
        var plain = new OperationResult { Code = ResultCode.NotFound, Revision = _revision, KeyRevision = revision, Length = (ulong)value.Length };
        var ifMatch = operation.Header(OperationHeader.IfMatch);
        if (ifMatch is not null && !(found && (ifMatch == "*" || ifMatch.Contains($"\"r{revision}\"")))) return plain with { Code = ResultCode.PreconditionFailed };
        if (operation.Header(OperationHeader.IfNoneMatch) == "*" && found) return plain with { Code = ResultCode.PreconditionFailed };
        var body = Encoding.UTF8.GetString(operation.Body.Span);
        switch (operation.Method)
        {
            case OperationMethod.Get:
                return found ? Slice(plain, value, operation.Header(OperationHeader.Range)) : plain;
            case OperationMethod.Put:
                return Change(key, plain, found, 0, body);
            case OperationMethod.Post:
                var length = operation.Header(OperationHeader.KvIfLength);
                return length is not null && int.Parse(length) != value.Length
                    ? plain with { Code = ResultCode.PreconditionFailed }
                    : Change(key, plain, found, value.Length, value + body);
            case OperationMethod.Patch:
                var numbers = body.Split(':', ',', '}');
                var (start, end) = (int.Parse(numbers[1]), int.Parse(numbers[3]));
                if (!found) return plain;
                return start > end || end > value.Length ? plain with { Code = ResultCode.Unprocessable } : Change(key, plain, found, start, value[start..end]);
            default:
                if (!found) return plain;
                _values.Remove(key);
                return new OperationResult { Code = ResultCode.Ok, Revision = ++_revision };
        }
    }

    private static OperationResult Slice(OperationResult plain, string value, string? range)
    {
        var start = range is null ? 0 : int.Parse(range["bytes=".Length..^1]);
        if (range is not null && start >= value.Length) return plain with { Code = ResultCode.RangeNotSatisfiable };
        return plain with { Code = ResultCode.Ok, Offset = (ulong)start, Value = Encoding.UTF8.GetBytes(value[start..]) };
    }

    private OperationResult Change(string key, OperationResult plain, bool found, int offset, string value)
    {
        if (value.Length > limits.ValueBytesMax) return plain with { Code = ResultCode.TooLarge };
        _values[key] = (++_revision, value);
        return new OperationResult
        {
            Code = found ? ResultCode.Ok : ResultCode.Created,
            Revision = _revision,
            KeyRevision = _revision,
            Offset = (ulong)offset,
            Length = (ulong)value.Length,
        };
    }

    private OperationResult List(int limit)
    {
        var writer = new CanonicalWriter();
        var entries = _values.Take(limit).Select(v =>
            new ListEntry(Key.Of(v.Key), v.Value.Revision, (ulong)v.Value.Value.Length, "", Encoding.UTF8.GetBytes(v.Value.Value)));
        new ListPage([.. entries], Key.Of(_values.Keys.ElementAtOrDefault(limit) ?? ""), null).Encode(writer);
        return new OperationResult { Code = ResultCode.Ok, Revision = _revision, Value = writer.ToArray() };
    }

    private OperationResult Refusal(ResultCode code) => new() { Code = code, Revision = _revision };
}
