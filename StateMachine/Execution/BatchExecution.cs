using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>Executes the requests of one batch, in order. protocol.md sections 4 to 6.</summary>
internal sealed class BatchExecution
{
    // A request that lives longer than any well-formed one could would keep its session for as long as its client likes.
    // The factor leaves room for clients whose clocks are ahead.
    private const ulong ExpiryAheadMillisecondsMax = 2 * Request.LifetimeMillisecondsMax;

    private readonly ShardState _before;
    private readonly ClusterId _cluster;
    private readonly Timestamp _time;
    private readonly AuthenticatedMap.Builder _map;
    private readonly KeyBatch _keys;
    private readonly CommandExecutor _commands;
    private readonly SessionBatch _sessions;
    private readonly ResultEncoder _encoder = new();
    private readonly Digest[] _leaves;
    private readonly ImmutableArray<RequestOutcome>.Builder _outcomes;

    private BatchExecution(ShardState before, ClusterId cluster, Timestamp time, int requests)
    {
        _before = before;
        _cluster = cluster;
        _time = time;
        _map = before.Map.ToBuilder();
        _keys = new KeyBatch(_map, before.Keys, before.Revision);
        _commands = new CommandExecutor(_keys, before.Limits, before.Partition, time);
        _sessions = new SessionBatch(_map, before.Sessions, before.Limits);
        _leaves = new Digest[requests];
        _outcomes = ImmutableArray.CreateBuilder<RequestOutcome>(requests);
    }

    public static ExecutedBatch Execute(
        ShardState before,
        ClusterId cluster,
        SequenceNumber sequence,
        Digest batch,
        Timestamp batchTime,
        IReadOnlyList<Request> requests)
    {
        var time = Timestamp.Max(batchTime, before.Time);
        var execution = new BatchExecution(before, cluster, time, requests.Count);
        execution._sessions.DropExpired(time);
        execution._keys.ExpireDue(PlantedBugs.ExpiryTime(time));
        for (var i = 0; i < requests.Count; i++) execution.ExecuteOne(i, requests[i]);
        return execution.Finish(sequence, batch);
    }

    private void ExecuteOne(int index, Request request)
    {
        var digest = request.DigestFor(_cluster);
        if (!_before.Clients.Allows(request.Client))
        {
            AddUnkept(index, digest, Refusal(ResultCode.Unauthorized), replayed: false);
            return;
        }

        var session = _sessions.Touch(new SessionKey(request.Client, request.Nonce.Session));
        if (Refuse(request, digest, session, out var replayed) is { } refusal) AddUnkept(index, digest, refusal, replayed);
        else Apply(index, request, digest, session);
    }

    private void AddUnkept(int index, Digest digest, OperationResult result, bool replayed)
    {
        _leaves[index] = _encoder.LeafOf(digest, result);
        _outcomes.Add(new RequestOutcome(digest, result, replayed));
    }

    private void Apply(int index, Request request, Digest digest, SessionBatch.Entry session)
    {
        var result = OperationParser.TryParse(request.Operation, _before.Limits, out var command, out _)
            ? _commands.Execute(command)
            : Refusal(ResultCode.Invalid);
        var counter = request.Nonce.Counter;
        var (leaf, path, record) = _encoder.Encode(session.Session, new ResultRecord(counter, request.Expires, digest, result));
        _sessions.Keep(session, counter, request.Expires, path, record);
        _leaves[index] = leaf;
        _outcomes.Add(new RequestOutcome(digest, result, Replayed: false));
    }

    // Whatever keeps a request from being executed; null when nothing does. None of these results is kept.
    private OperationResult? Refuse(Request request, Digest digest, SessionBatch.Entry session, out bool replayed)
    {
        replayed = false;
        var counter = request.Nonce.Counter;
        var window = session.Window;
        if (window is not null && !PlantedBugs.Has(PlantedBug.NoDuplicateCheck) && window.WasExecuted(counter))
        {
            var kept = ReadResult(session.Session, counter);
            if (kept.Expires > _time)
            {
                replayed = kept.Request == digest;
                return replayed ? kept.Result : Refusal(ResultCode.Conflict);
            }
        }

        if (window is not null && window.IsBelow(counter)) return Refusal(ResultCode.Stale);
        if (request.Expires <= _time) return Refusal(ResultCode.Expired);
        if (request.Expires.UnixMilliseconds - _time.UnixMilliseconds > ExpiryAheadMillisecondsMax) return Refusal(ResultCode.Invalid);
        return _sessions.MayKeep(session) ? null : Refusal(ResultCode.TooManySessions);
    }

    private ResultRecord ReadResult(SessionKey session, ulong counter)
    {
        Invariant.Holds(_map.TryGet(RecordKeys.ResultPath(session, counter), out var record));
        Invariant.Holds(ResultRecord.TryRead(record, out var result) && result.Counter == counter);
        return result;
    }

    private OperationResult Refusal(ResultCode code) => new() { Code = code, Revision = _keys.Revision };

    private ExecutedBatch Finish(SequenceNumber sequence, Digest batch)
    {
        var sessions = _sessions.Flush();
        var resultsRoot = MerkleTree.Root(_leaves);
        var ledger = _before.Ledger.Append(ExecutedBatch.LedgerLeaf(sequence, batch, _time, resultsRoot));
        var meta = _before.Meta with { Sequence = sequence, Time = _time, Revision = _keys.Revision, Ledger = ledger };
        _map.Set(RecordKeys.MetaPath, meta.ToRecord());
        var state = new ShardState(_before.Limits, _before.Clients, _before.Partition, _map.ToImmutable(), meta, _keys.Flush(), sessions);
        return new ExecutedBatch(sequence, batch, _time, _outcomes.MoveToImmutable(), resultsRoot, state.LedgerRoot, state) { Changes = _keys.DrainChanges() };
    }
}
