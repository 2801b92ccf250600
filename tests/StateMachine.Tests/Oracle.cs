using System.Text;
using System.Text.Json;

namespace KvStore.StateMachine.Tests;

/// <summary>
/// The state machine once more, as plainly as it can be said: dictionaries, no windows of bits, no tree, nothing incremental. It understands only the
/// operations that <see cref="RandomRequest"/> makes, and takes them from the HTTP request by itself. A transaction that is refused is taken back by a copy.
/// </summary>
internal sealed class Oracle(StateLimits limits)
{
    private readonly SortedDictionary<string, Entry> _values = new(StringComparer.Ordinal);
    private readonly List<Executed> _executed = [];
    private ulong _revision;
    private Timestamp _time;

    public sealed record Entry(ulong Revision, string Value, Timestamp Expires);

    private sealed record Step(string Operation, string Key)
    {
        public string Value { get; init; } = "";
        public string? IfMatch { get; init; }
        public string? IfNoneMatch { get; init; }
        public string? Range { get; init; }
        public int? IfLength { get; init; }
        public int Start { get; init; }
        public int End { get; init; }
        public ulong? TimeToLive { get; init; }

        public bool IsHere => Key.Contains("{here}");
    }

    private sealed record Executed(Request Request, OperationResult Result)
    {
        public (PublicKey, SessionId) Session => (Request.Client, Request.Nonce.Session);
    }

    public IReadOnlyDictionary<string, Entry> Values => _values;

    /// <summary>When the first key expires; null when none does.</summary>
    public Timestamp? NextExpiry => Expiring.Select(each => (Timestamp?)each.Value.Expires).FirstOrDefault();

    public int SessionCount => Live.Select(e => e.Session).Distinct().Count();

    private IEnumerable<KeyValuePair<string, Entry>> Expiring =>
        _values.Where(each => each.Value.Expires != default).OrderBy(each => each.Value.Expires).ThenBy(each => each.Key, StringComparer.Ordinal);

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
        foreach (var (key, _) in Expiring.TakeWhile(each => each.Value.Expires <= _time).ToList())
        {
            _values.Remove(key);
            _revision++;
        }
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
        var body = Encoding.UTF8.GetString(operation.Body.Span);
        if (operation.Path == "/v1/txn") return Transaction(JsonDocument.Parse(body).RootElement);
        if (operation.Path == "/v1/batch") return Batch([.. JsonDocument.Parse(body).RootElement.GetProperty("operations").EnumerateArray().Select(StepOf)]);
        if (operation.Path == "/v1/kv") return List(int.Parse(operation.Query.Split('=')[^1]));
        var numbers = operation.Method == OperationMethod.Patch ? body.Split(':', ',', '}') : ["", "0", "", "0"];
        var name = operation.Method switch
        {
            OperationMethod.Get => "get",
            OperationMethod.Put => "put",
            OperationMethod.Post => "append",
            OperationMethod.Patch => "slice",
            _ => "delete",
        };
        return Do(new Step(name, operation.Path["/v1/kv/".Length..])
        {
            Value = body,
            IfMatch = operation.Header(OperationHeader.IfMatch),
            IfNoneMatch = operation.Header(OperationHeader.IfNoneMatch),
            Range = operation.Header(OperationHeader.Range),
            IfLength = operation.Header(OperationHeader.KvIfLength) is { } length ? int.Parse(length) : null,
            Start = int.Parse(numbers[1]),
            End = int.Parse(numbers[3]),
            TimeToLive = operation.Query.StartsWith("?ttl=") ? ulong.Parse(operation.Query["?ttl=".Length..]) : null,
        });
    }

    private static Step StepOf(JsonElement json)
    {
        return new Step(json.GetProperty("op").GetString()!, json.GetProperty("key").GetString()!)
        {
            Value = json.TryGetProperty("value", out var value) ? value.GetString()! : "",
            IfMatch = Number("ifRevision") is > 0 and var revision ? $"\"r{revision}\"" : null,
            IfNoneMatch = Number("ifRevision") == 0 ? "*" : null,
            IfLength = Number("ifLength"),
            Start = Number("start") ?? 0,
            End = Number("end") ?? 0,
            TimeToLive = (ulong?)Number("ttl"),
        };

        int? Number(string name) => json.TryGetProperty(name, out var number) ? number.GetInt32() : null;
    }

    private OperationResult Transaction(JsonElement json)
    {
        var comparisons = json.GetProperty("if").EnumerateArray().ToList();
        var (then, otherwise) = (json.GetProperty("then").EnumerateArray().Select(StepOf).ToList(), json.GetProperty("else").EnumerateArray().Select(StepOf).ToList());
        var keys = comparisons.Select(each => each.GetProperty("key").GetString()!).Concat(then.Concat(otherwise).Select(step => step.Key));
        if (keys.Any(key => !key.Contains("{here}"))) return Refusal(ResultCode.WrongShard);

        var succeeded = comparisons.All(each => _values.GetValueOrDefault(each.GetProperty("key").GetString()!) is var entry
            && (!each.TryGetProperty("revision", out var revision) || (entry?.Revision ?? 0) == revision.GetUInt64())
            && (!each.TryGetProperty("exists", out var exists) || entry is not null == exists.GetBoolean())
            && (!each.TryGetProperty("value", out var value) || entry?.Value == value.GetString()));
        var steps = succeeded ? then : otherwise;
        var before = (_revision, Values: _values.ToList());
        var results = new List<OperationResult>();
        for (var i = 0; i < steps.Count; i++)
        {
            var changed = _revision > before._revision;
            if (changed) _revision--; // So that the next change, if it is one, gets the same revision again.
            var result = Do(steps[i]);
            if (changed && _revision == before._revision) _revision++;
            results.Add(result);
            if (!result.Refused || steps[i].Operation == "get" || (steps[i].Operation == "delete" && result.Code == ResultCode.NotFound)) continue;
            (_revision, var values) = before;
            _values.Clear();
            foreach (var (key, entry) in values) _values.Add(key, entry);
            return Describe(steps[i].Key) with { Code = result.Code, Offset = (ulong)i, Value = Encoded(succeeded, []) };
        }

        return new OperationResult
        {
            Code = ResultCode.Ok,
            Revision = _revision,
            Value = Encoded(succeeded, results.Select((result, i) => new StepResult(i, result with { Revision = _revision }))),
        };
    }

    private OperationResult Batch(List<Step> steps)
    {
        var results = steps.Select((step, i) => (step, i)).Where(each => each.step.IsHere).Select(each => new StepResult(each.i, Do(each.step))).ToList();
        return results.Count == 0
            ? Refusal(ResultCode.WrongShard)
            : new OperationResult { Code = ResultCode.Ok, Revision = _revision, Value = Encoded(true, results) };
    }

    private static byte[] Encoded(bool succeeded, IEnumerable<StepResult> results)
    {
        var writer = new CanonicalWriter();
        new StepResults(succeeded, [.. results]).Encode(writer);
        return writer.ToArray();
    }

    private OperationResult Describe(string key)
    {
        var entry = _values.GetValueOrDefault(key);
        return new OperationResult
        {
            Code = ResultCode.NotFound,
            Revision = _revision,
            KeyRevision = entry?.Revision ?? 0,
            Length = (ulong)(entry?.Value.Length ?? 0),
            Expires = entry?.Expires ?? default,
        };
    }

    private OperationResult Do(Step step)
    {
        if (!step.IsHere) return Refusal(ResultCode.WrongShard);
        var entry = _values.GetValueOrDefault(step.Key);
        var plain = Describe(step.Key);
        var value = entry?.Value ?? "";
        if (step.IfMatch is { } ifMatch && !(entry is not null && (ifMatch == "*" || ifMatch.Contains($"\"r{entry.Revision}\"")))) return plain with { Code = ResultCode.PreconditionFailed };
        if (step.IfNoneMatch is not null && entry is not null) return plain with { Code = step.Operation == "get" ? ResultCode.NotModified : ResultCode.PreconditionFailed };
        switch (step.Operation)
        {
            case "get":
                return entry is null ? plain : Slice(plain, value, step.Range);
            case "put":
                return Change(step.Key, plain, 0, step.Value, step.TimeToLive is { } seconds ? new Timestamp(_time.UnixMilliseconds + 1000 * seconds) : default);
            case "append":
                return step.IfLength is { } length && length != value.Length
                    ? plain with { Code = ResultCode.PreconditionFailed }
                    : Change(step.Key, plain, value.Length, value + step.Value, plain.Expires);
            case "slice":
                if (entry is null) return plain;
                return step.Start > step.End || step.End > value.Length
                    ? plain with { Code = ResultCode.Unprocessable }
                    : Change(step.Key, plain, step.Start, value[step.Start..step.End], plain.Expires);
            default:
                if (entry is null) return plain;
                _values.Remove(step.Key);
                return new OperationResult { Code = ResultCode.Ok, Revision = ++_revision };
        }
    }

    private static OperationResult Slice(OperationResult plain, string value, string? range)
    {
        var start = range is null ? 0 : int.Parse(range["bytes=".Length..^1]);
        if (range is not null && start >= value.Length) return plain with { Code = ResultCode.RangeNotSatisfiable };
        return plain with { Code = ResultCode.Ok, Offset = (ulong)start, Value = Encoding.UTF8.GetBytes(value[start..]) };
    }

    private OperationResult Change(string key, OperationResult plain, int offset, string value, Timestamp expires)
    {
        if (value.Length > limits.ValueBytesMax) return plain with { Code = ResultCode.TooLarge };
        var found = _values.ContainsKey(key);
        _values[key] = new Entry(++_revision, value, expires);
        return Describe(key) with { Code = found ? ResultCode.Ok : ResultCode.Created, Offset = (ulong)offset };
    }

    private OperationResult List(int limit)
    {
        var writer = new CanonicalWriter();
        var entries = _values.Take(limit).Select(v =>
            new ListEntry(Key.Of(v.Key), v.Value.Revision, (ulong)v.Value.Value.Length, "", Encoding.UTF8.GetBytes(v.Value.Value)) { Expires = v.Value.Expires });
        new ListPage([.. entries], Key.Of(_values.Keys.ElementAtOrDefault(limit) ?? ""), null).Encode(writer);
        return new OperationResult { Code = ResultCode.Ok, Revision = _revision, Value = writer.ToArray() };
    }

    private OperationResult Refusal(ResultCode code) => new() { Code = code, Revision = _revision };
}
