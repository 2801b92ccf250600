using KvStore.Protocol;
using KvStore.Replication.Accountability;
using KvStore.Replication.Hosting;
using KvStore.StateMachine;

namespace KvStore.Replication.Gateways;

/// <summary>
/// A shard's group as a node's clients see it, whether its replicas live in this process or one a node of a pool. Thread-safe.
/// </summary>
public interface IShardGroup
{
    /// <summary>The group.</summary>
    GroupId Id { get; }

    /// <summary>Checks requests, and what the group's members say.</summary>
    MessageVerifier Verifier { get; }

    /// <summary>Contradictory statements that were seen.</summary>
    EvidenceKeeper Evidence { get; }

    /// <summary>Whether enough replicas are known to take full part for the shard to order and to read.</summary>
    bool HasQuorum { get; }

    /// <summary>Whether the replica that answers here is so far behind the others that clients had better ask another node.</summary>
    bool IsCatchingUp { get; }

    /// <summary>Whether the replica that answers here takes no part because its disk has no room.</summary>
    bool IsDiskFull { get; }

    /// <summary>Where every replica stands, by its id.</summary>
    IReadOnlyList<ReplicaStatus> Statuses { get; }

    /// <summary>How many wait for keys to change.</summary>
    int KeyWaiters { get; }

    /// <summary>The executed state of a replica that is at hand; may be old.</summary>
    /// <exception cref="ShardUnavailableException">No replica is at hand.</exception>
    ShardView ReadLocal();

    /// <summary>The state of a replica once it holds everything that was acknowledged before the call.</summary>
    /// <exception cref="ShardUnavailableException">Too few replicas answer, or too many reads wait.</exception>
    Task<ShardView> ReadLinearizableAsync(CancellationToken cancel);

    /// <summary>The result of what was executed under a nonce, once a replica holds everything that was acknowledged before the call.</summary>
    /// <exception cref="ShardUnavailableException">Too few replicas answer, or too many reads wait.</exception>
    Task<ResultLookup> FindResultAsync(PublicKey client, Nonce nonce, CancellationToken cancel);

    /// <summary>Has a request ordered and executed.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancel">The caller waits no more; the request may still be executed.</param>
    /// <exception cref="ShardUnavailableException">There is no answer; the subclass says what that means for the request.</exception>
    Task<GatewayAnswer> SubmitAsync(VerifiedRequest request, CancellationToken cancel);

    /// <summary>A request that was passed on to the replicas from here and has no known answer; null when there is none.</summary>
    PendingRequest? FindPending(PublicKey client, Nonce nonce);

    /// <summary>Registers for the next change of a key. What was changed before is to be read afterwards.</summary>
    /// <exception cref="ShardUnavailableException">No replica is at hand, or too many wait.</exception>
    KeyWaiter WaitForChange(Key key);
}
