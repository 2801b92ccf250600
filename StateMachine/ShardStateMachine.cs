using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>Executes batches in order. Deterministic to the byte: equal states and batches give equal roots on every replica.</summary>
public sealed class ShardStateMachine
{
    private readonly ClusterId _cluster;

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
        Current = restored;
        _cluster = cluster;
    }

    /// <summary>The state after the last batch.</summary>
    public ShardState Current { get; private set; }

    /// <summary>Executes the batch that comes next. An empty one is executed too.</summary>
    /// <param name="sequence">Its place, one after the last.</param>
    /// <param name="batchDigest">Its digest.</param>
    /// <param name="batchTime">Its time; where that is before its predecessor's, execution sees the predecessor's.</param>
    /// <param name="requests">Its requests, whose signatures have been verified.</param>
    /// <exception cref="InvariantBrokenException">The batch is not the next one.</exception>
    public ExecutedBatch Execute(SequenceNumber sequence, Digest batchDigest, Timestamp batchTime, IReadOnlyList<Request> requests)
    {
        Invariant.Holds(sequence == Current.Sequence.Next);
        var executed = BatchExecution.Execute(Current, _cluster, sequence, batchDigest, batchTime, requests);
        Current = executed.State;
        return executed;
    }
}
