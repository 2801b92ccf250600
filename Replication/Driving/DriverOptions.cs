using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.Replication.Ports;
using KvStore.Replication.Storing;
using KvStore.StateMachine;

namespace KvStore.Replication.Driving;

/// <summary>What a driver is made of besides its ports.</summary>
/// <param name="Replica">Who the replica is, and the rules of its group.</param>
/// <param name="Limits">The state machine's limits.</param>
/// <param name="Clients">Whose requests are executed.</param>
/// <param name="Partition">Which keys belong to the group's shard.</param>
/// <param name="Verifier">Checks what comes from outside.</param>
public sealed record DriverOptions(ReplicaOptions Replica, StateLimits Limits, ClientPolicy Clients, ShardPartition Partition, MessageVerifier Verifier)
{
    /// <summary>The root of the state that the shard begins with; null when it begins empty.</summary>
    public Digest? InitialRoot { get; init; }
}

/// <summary>A driver's view of the world.</summary>
/// <param name="Signer">Signs as the replica.</param>
/// <param name="Transport">Carries messages to peers.</param>
/// <param name="Log">Where the replica writes down what it is about to say.</param>
/// <param name="Snapshots">Where it keeps the states of stable checkpoints.</param>
/// <param name="Roots">Computes state roots.</param>
/// <param name="Saver">Makes those states durable beside the ordering.</param>
/// <param name="Ledger">Where it keeps all executed batches; null when it does not.</param>
/// <param name="Events">The node around the driver.</param>
public sealed record DriverPorts(
    IStatementSigner Signer,
    IPeerTransport Transport,
    IReplicaLog Log,
    ISnapshotStore Snapshots,
    IRootComputer Roots,
    ICheckpointSaver Saver,
    DiskLedger? Ledger,
    INodeEvents Events);
