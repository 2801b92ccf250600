using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Simulator;

/// <summary>
/// Executes the order that the group agreed on a second time, on plain dictionaries, and compares every result. It knows every request that a client
/// made, so that one that nobody made is found too.
/// </summary>
internal sealed class StateOracle(Violations violations, SessionOracle sessions, ShardRule rule)
{
    private readonly LookupTable<Digest, ClientOperation> _requests = new();
    private readonly LookupTable<Digest, (Position Position, OperationResult Result)> _applied = new();
    private readonly LookupTable<Position, (Digest Request, OperationResult Result)> _outcomes = new();
    private readonly LookupTable<(ulong Sequence, Digest Request), Position> _places = new();
    private readonly List<KeyOracle> _states = [KeyOracle.Empty];
    private Timestamp _time;

    /// <summary>A client made a request, and sent it to this shard.</summary>
    public void Register(ClientOperation operation) => _requests[operation.Request!.Digest] = operation;

    /// <summary>Where a request was applied first, and with what result.</summary>
    public bool TryFindApplied(Digest request, out Position position, out OperationResult result)
    {
        var found = _applied.TryGetValue(request, out var applied);
        (position, result) = applied;
        return found;
    }

    /// <summary>What came of a request in the batch at this position.</summary>
    public bool TryFindOutcome(SequenceNumber sequence, Digest request, out Position position, out OperationResult result)
    {
        result = null!;
        if (!_places.TryGetValue((sequence.Number, request), out position)) return false;
        result = _outcomes.TryGetValue(position, out var outcome) ? outcome.Result : null!;
        return true;
    }

    /// <summary>The keys after the last position that anybody executed.</summary>
    public KeyOracle Latest => _states[^1];

    /// <summary>The keys after this position; null when nobody has executed it.</summary>
    public KeyOracle? At(SequenceNumber sequence) => sequence.Number < (ulong)_states.Count ? _states[(int)sequence.Number] : null;

    /// <summary>The result of a read on these keys.</summary>
    public OperationResult Read(KeyOracle keys, Intent intent)
    {
        var (_, result) = keys.Execute(intent, new OracleBatch(rule, _time));
        return result;
    }

    /// <summary>Executes the next batch as it should be, and compares.</summary>
    public void Execute(ExecutedBatch batch)
    {
        _time = Timestamp.Max(_time, batch.Time);
        if (_time != batch.Time) violations.Add("Time does not run backwards", $"{batch.Sequence} was executed at an earlier time than its predecessor");
        sessions.DropExpired(_time);
        var own = new OracleBatch(rule, _time);
        var keys = _states[^1].Expire(own);
        for (var i = 0; i < batch.Outcomes.Length; i++) keys = ExecuteOne(keys, own, new Position(batch.Sequence.Number, i), batch.Outcomes[i]);
        _states.Add(keys);
        CheckChanges(batch, own);
        if (keys.Revision != batch.View.Revision) violations.Add("Results equal the oracle's", $"after {batch.Sequence} the revision is {batch.View.Revision}, not {keys.Revision}");
    }

    private void CheckChanges(ExecutedBatch batch, OracleBatch own)
    {
        var changes = batch.Changes.Select(change => new OracleChange(change.Kind, change.Key.ToString(), change.Revision)).ToList();
        if (!changes.SequenceEqual(own.Changes)) violations.Add("Results equal the oracle's", $"{batch.Sequence} changed {string.Join(", ", changes)}, and should have changed {string.Join(", ", own.Changes)}");
    }

    private KeyOracle ExecuteOne(KeyOracle keys, OracleBatch batch, Position position, RequestOutcome outcome)
    {
        if (!_requests.TryGetValue(outcome.Request, out var operation))
        {
            violations.Add("Validity", $"a request that no client sent here was executed at {position}");
            return keys;
        }

        _outcomes[position] = (outcome.Request, outcome.Result);
        _places[(position.Sequence, outcome.Request)] = position;
        var request = operation.Request!;
        var verdict = sessions.Judge(request.Request, request.Digest, _time);
        var expected = verdict.Replay;
        var isNew = expected is null && verdict.Refusal is null;
        if (verdict.Refusal is { } refusal) expected = new OperationResult { Code = refusal, Revision = keys.Revision };
        if (isNew) (keys, expected) = Apply(keys, batch, position, operation);
        var isSame = outcome.Replayed == verdict.Replay is not null && Same(operation.Intent, keys, expected!, outcome.Result);
        if (isSame) return keys;
        var broken = isNew || verdict.Refusal is not null ? "Results equal the oracle's" : "Exactly once";
        violations.Add(broken, $"{operation} at {position} gave {Say(outcome.Result, outcome.Replayed)}, and should have given {Say(expected!, verdict.Replay is not null)}");
        return keys;
    }

    private (KeyOracle Keys, OperationResult Result) Apply(KeyOracle keys, OracleBatch batch, Position position, ClientOperation operation)
    {
        var (after, result) = keys.Execute(operation.Intent, batch);
        var request = operation.Request!;
        if (!_applied.TryAdd(request.Digest, (position, result))) violations.Add("Exactly once", $"{operation} was applied again at {position}");
        sessions.Keep(request.Request, request.Digest, result);
        return (after, result);
    }

    /// <summary>Whether a result is what it should be; a list is compared with the keys that the oracle holds.</summary>
    public static bool Same(Intent intent, KeyOracle keys, OperationResult expected, OperationResult actual)
    {
        var same = expected.Code == actual.Code && expected.Revision == actual.Revision && expected.KeyRevision == actual.KeyRevision
            && expected.Offset == actual.Offset && expected.Length == actual.Length && expected.Expires == actual.Expires && expected.ContentType == actual.ContentType;
        // The oracle's own results of a list carry no page: a replayed one is compared with its first by the results root.
        if (intent.Kind == OperationKind.List && expected.Code == ResultCode.Ok) return same && (expected.Revision != keys.Revision || SamePage(intent, keys, actual));
        return same && expected.Value.Span.SequenceEqual(actual.Value.Span);
    }

    private static bool SamePage(Intent intent, KeyOracle keys, OperationResult actual)
    {
        var reader = new CanonicalReader(actual.Value);
        var page = ListPage.Decode(ref reader);
        if (!reader.Complete) return false;
        var expected = keys.Keys.Where(each => each.Key.StartsWith(intent.Key, StringComparison.Ordinal)).ToList();
        return page.Entries.Length == expected.Count && page.Entries.Zip(expected).All(pair =>
            pair.First.Key.ToString() == pair.Second.Key && pair.First.Revision == pair.Second.Value.Revision && pair.First.Expires == pair.Second.Value.Expires
            && System.Text.Encoding.ASCII.GetString(pair.First.Value.GetValueOrDefault().Span) == pair.Second.Value.Value);
    }

    private static string Say(OperationResult result, bool replayed) => $"{result.Code} r{result.Revision} k{result.KeyRevision} +{result.Offset} {result.Length}{(replayed ? " again" : "")}";
}
