using KvStore.Protocol;
using KvStore.Replication.Accountability;
using KvStore.Replication.Driving;
using KvStore.Replication.Gateways;
using KvStore.Replication.Ports;
using Microsoft.Extensions.Logging;

namespace KvStore.Replication.Hosting;

/// <summary>What a host is made of besides its disk.</summary>
/// <param name="Driver">Replica, limits, clients and verifier.</param>
/// <param name="Signer">Signs as the replica.</param>
/// <param name="Transport">Carries messages to peers.</param>
/// <param name="Outlet">How the node's gateway reaches the replicas.</param>
/// <param name="Clock">The wall clock.</param>
/// <param name="Logger">Where facts go.</param>
/// <param name="Rejections">What was dropped; outlives the host.</param>
/// <param name="Evidence">What was seen of contradictions; outlives the host.</param>
public sealed record HostOptions(
    DriverOptions Driver,
    IStatementSigner Signer,
    IPeerTransport Transport,
    IGatewayOutlet Outlet,
    TimeProvider Clock,
    ILogger Logger,
    RejectionCounters Rejections,
    EvidenceKeeper Evidence)
{
    /// <summary>Whether the replica's rounds run on the threads of the pool, as it befits one that shares its process with others and waits for no disk.</summary>
    public bool SharesThreads { get; init; }

    /// <summary>Told when the replica rejects what no correct peer sends; null where peers can't be shut out.</summary>
    public Action<RejectionKind, ReplicaId>? PeerIsFaulty { get; init; }

    /// <summary>How many may wait for keys to change.</summary>
    public int KeyWaitersMax { get; init; } = ChangeFeed.WaitersMax;
}
