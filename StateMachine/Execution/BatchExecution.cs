using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>Executes the requests of one batch, in order. protocol.md sections 4 to 6.</summary>
internal sealed class BatchExecution
{
    // A request that lives longer than any well-formed one could would keep its session for as long as its client likes.
    // The factor leaves room for clients whose clocks are ahead.
    private const ulong ExpiryAheadMillisecondsMax = 2 * Request.LifetimeMillisecondsMax;

    private readonly ShardView _before;
    private readonly ClusterId _cluster;
    private readonly Timestamp _time;
    private readonly AuthenticatedMap.Builder _map;
    private readonly KeyBatch _keys;
    private readonly CommandExecutor _commands;
    private readonly SessionBook _sessions;
    private readonly ResultEncoder _encoder = new();
    private readonly Digest[] _leaves;
    private readonly ImmutableArray<RequestOutcome>.Builder _outcomes;

    private BatchExecution(ShardView before, AuthenticatedMap.Builder map, SessionBook sessions, ClusterId cluster, Timestamp time, int requests)
    {
        _before = before;
        _cluster = cluster;
        _time = time;
        _map = map;
        _keys = new KeyBatch(_map, before.Keys, before.Revision, requests);
        _commands = new CommandExecutor(_keys, before.Limits, before.Settings.Partition, time);
        _sessions = sessions;
        _leaves = new Digest[requests];
        _outcomes = ImmutableArray.CreateBuilder<RequestOutcome>(requests);
    }

    public static ExecutedBatch Execute(
        ShardView before,
        AuthenticatedMap.Builder map,
        SessionBook sessions,
        ClusterId cluster,
        SequenceNumber sequence,
        Digest batch,
        Timestamp batchTime,
        IReadOnlyList<Request> requests)
    {
        var time = Timestamp.Max(batchTime, before.Time);
        var execution = new BatchExecution(before, map, sessions, cluster, time, requests.Count);
        execution._sessions.DropExpired(time);
        execution._keys.ExpireDue(PlantedBugs.ExpiryTime(time));
        for (var i = 0; i < requests.Count; i++) execution.ExecuteOne(i, requests[i]);
        return execution.Finish(sequence, batch);
    }

    private void ExecuteOne(int index, Request request)
    {
        var digest = request.DigestFor(_cluster);
        if (!_before.Settings.Clients.Allows(request.Client))
        {
            AddUnkept(index, digest, Refusal(ResultCode.Unauthorized), replayed: false);
            return;
        }

        var key = new SessionKey(request.Client, request.Nonce.Session);
        var session = _sessions.Find(key);
        if (Refuse(request, digest, session, out var replayed) is { } refusal) AddUnkept(index, digest, refusal, replayed);
        else Apply(index, request, digest, key, session);
    }

    private void AddUnkept(int index, Digest digest, OperationResult result, bool replayed)
    {
        _leaves[index] = _encoder.LeafOf(digest, result);
        _outcomes.Add(new RequestOutcome(digest, result, replayed));
    }

    private void Apply(int index, Request request, Digest digest, SessionKey key, Session? session)
    {
        var result = OperationParser.TryParse(request.Operation, _before.Limits, out var command, out _)
            ? _commands.Execute(command)
            : Refusal(ResultCode.Invalid);
        var counter = request.Nonce.Counter;
        var kept = _encoder.Encode(new ResultRecord(counter, request.Expires, digest, result), out _leaves[index]);
        _sessions.Keep(key, session, counter, request.Expires, kept);
        _outcomes.Add(new RequestOutcome(digest, result, Replayed: false));
    }

    // Whatever keeps a request from being executed; null when nothing does. None of these results is kept.
    private OperationResult? Refuse(Request request, Digest digest, Session? session, out bool replayed)
    {
        replayed = false;
        var counter = request.Nonce.Counter;
        var window = session?.Window;
        if (window is not null && !PlantedBugs.Has(PlantedBug.NoDuplicateCheck) && window.WasExecuted(counter))
        {
            var kept = session!.At(counter);
            if (kept.Expires > _time)
            {
                replayed = kept.Request == digest;
                return replayed ? kept.Result : Refusal(ResultCode.Conflict);
            }
        }

        if (window is not null && window.IsBelow(counter)) return Refusal(ResultCode.Stale);
        if (request.Expires <= _time) return Refusal(ResultCode.Expired);
        if (request.Expires.UnixMilliseconds - _time.UnixMilliseconds > ExpiryAheadMillisecondsMax) return Refusal(ResultCode.Invalid);
        return _sessions.MayKeep(session, request.Client) ? null : Refusal(ResultCode.TooManySessions);
    }

    private OperationResult Refusal(ResultCode code) => new() { Code = code, Revision = _keys.Revision };

    private ExecutedBatch Finish(SequenceNumber sequence, Digest batch)
    {
        var resultsRoot = MerkleTree.Root(_leaves);
        var ledger = _before.Ledger.Append(ExecutedBatch.LedgerLeaf(sequence, batch, _time, resultsRoot));
        var meta = _before.Meta with { Sequence = sequence, Time = _time, Revision = _keys.Revision, Ledger = ledger };
        var view = new ShardView(_before.Settings, _map.ToImmutable(), meta, _keys.Flush());
        return new ExecutedBatch(sequence, batch, _time, _outcomes.MoveToImmutable(), resultsRoot, view.LedgerRoot, view) { Changes = _keys.DrainChanges() };
    }
}
