using System.Diagnostics.CodeAnalysis;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>Executes batches in order. Deterministic to the byte: equal states and batches give equal roots on every replica. One thread at a time.</summary>
public sealed class ShardStateMachine
{
    private readonly ClusterId _cluster;
    private readonly AuthenticatedMap.Builder _map;
    private readonly SessionBook _sessions;
    private ShardState? _published;

    /// <summary>A state machine that has executed nothing.</summary>
    /// <param name="limits">The limits of the state.</param>
    /// <param name="clients">Whose requests are executed.</param>
    /// <param name="partition">Which keys belong to the shard.</param>
    /// <param name="cluster">The cluster, under which requests are named.</param>
    public ShardStateMachine(StateLimits limits, ClientPolicy clients, ShardPartition partition, ClusterId cluster)
        : this(ShardState.Genesis(limits, clients, partition), cluster)
    {
    }

    /// <summary>A state machine that goes on from a state.</summary>
    /// <param name="restored">The state, of a <see cref="SnapshotAssembler"/> or of another state machine.</param>
    /// <param name="cluster">The cluster, under which requests are named.</param>
    public ShardStateMachine(ShardState restored, ClusterId cluster)
    {
        _cluster = cluster;
        _map = restored.Map.ToBuilder();
        _sessions = restored.TakeSessions();
        _published = restored;
        View = restored.View;
    }

    /// <summary>What can be read after the last batch.</summary>
    public ShardView View { get; private set; }

    /// <summary>Executes the batch that comes next. An empty one is executed too.</summary>
    /// <param name="sequence">Its place, one after the last.</param>
    /// <param name="batchDigest">Its digest.</param>
    /// <param name="batchTime">Its time; where that is before its predecessor's, execution sees the predecessor's.</param>
    /// <param name="requests">Its requests, whose signatures have been verified.</param>
    /// <exception cref="InvariantBrokenException">The batch is not the next one.</exception>
    public ExecutedBatch Execute(SequenceNumber sequence, Digest batchDigest, Timestamp batchTime, IReadOnlyList<Request> requests)
    {
        Invariant.Holds(sequence == View.Sequence.Next);
        var executed = BatchExecution.Execute(View, _map, _sessions, _cluster, sequence, batchDigest, batchTime, requests);
        View = executed.View;
        _published = null;
        return executed;
    }

    /// <summary>The whole state after the last batch. Writes the sessions that changed since the last call into the map.</summary>
    public ShardState Publish()
    {
        if (_published is not null) return _published;
        _sessions.Flush(_map);
        _map.Set(RecordKeys.MetaPath, View.Meta.ToRecord());
        _published = new ShardState(new ShardView(View.Settings, _map.ToImmutable(), View.Meta, View.Keys), _sessions.Count);
        return _published;
    }

    /// <summary>The result of a request that was executed, as long as it is kept: until the request expires or leaves its session's window.</summary>
    public bool TryFindResult(PublicKey client, Nonce nonce, out Digest request, [NotNullWhen(true)] out OperationResult? result)
    {
        var found = _sessions.TryFindResult(client, nonce, View.Time, out var kept);
        (request, result) = found ? (kept.Request, kept.Result) : (default, null);
        return found;
    }
}
