using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Replication.Ports;

/// <summary>What a driver tells the node around it: the gateway, the operators, the keeper of evidence.</summary>
public interface INodeEvents
{
    /// <summary>A batch was executed here; its statement is signed and on its way.</summary>
    void OnExecuted(ExecutedBatch batch, Signed<Executed> own);

    /// <summary>The state was replaced by a certified snapshot.</summary>
    void OnInstalled(ShardState state);

    /// <summary>A client's request came that the state shows executed.</summary>
    /// <param name="request">The request.</param>
    /// <param name="result">Its result.</param>
    /// <param name="sequence">The position of the state.</param>
    void OnFoundExecuted(Digest request, OperationResult result, SequenceNumber sequence);

    /// <summary>A read-index answer of this replica itself, for its own gateway.</summary>
    void OnOwnReadIndex(ReadIndexAnswer answer);

    /// <summary>A client's request was not taken because too many wait.</summary>
    void OnRefused(Digest request);

    /// <summary>Something from outside was dropped.</summary>
    void OnRejected(RejectionKind kind, ReplicaId from);

    /// <summary>A replica did not do what it should have, or not in time.</summary>
    void OnSuspected(SuspicionKind kind, ReplicaId of);

    /// <summary>One signer contradicted itself.</summary>
    void OnEquivocation(Signed earlier, Signed later);

    /// <summary>A peer holds a statement of this replica that its log does not know: the disk is older than what was said, and the replica rejoins.</summary>
    void OnForgotten(Signed statement);

    /// <summary>The replica moved to a view, or opened it.</summary>
    void OnViewChanged(ViewChanged change);
}

/// <summary>
/// Computes the root of an immutable state and hands it back as an input. The host does it on another thread, so that ordering goes on; the
/// simulator at once, or later.
/// </summary>
public interface IRootComputer
{
    /// <summary>Sees to it that <see cref="Driving.ReplicaDriver.Run"/> gets a <see cref="SnapshotReady"/> for this state.</summary>
    void Compute(ShardState state);
}
