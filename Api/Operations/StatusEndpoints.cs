using KvStore.Api.Json;
using KvStore.Api.Problems;
using KvStore.Protocol;
using KvStore.Replication;
using KvStore.Replication.Gateways;
using KvStore.Replication.Pool;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KvStore.Api.Operations;

/// <summary><c>GET /v1/status</c>: how the shards and their replicas are.</summary>
internal static class StatusEndpoints
{
    /// <summary>Maps the endpoint.</summary>
    public static void MapStatus(this IEndpointRouteBuilder routes) =>
        routes.MapGroup("/v1/status").MapMethods("", [HttpMethods.Get, HttpMethods.Head], Status);

    /// <summary>A shard's replicas as they are now.</summary>
    public static ShardStatus Of(IShardGroup group) => new(group.Id.Number, group.HasQuorum, [.. group.Statuses.Select(Of)]);

    private static JsonHttpResult<StatusDocument> Status(ServedCluster cluster, RefusalCounter refusals, ProcessInfo process) => TypedResults.Json(
        new StatusDocument(
            process.Version,
            process.StartedAt,
            SignatureBase.ClusterName(cluster.Genesis.Cluster),
            cluster.Storage,
            Ed25519.Instance.BackendName,
            [.. cluster.Groups.Select(Of)],
            refusals.Snapshot(),
            cluster.Pool?.Self.Index,
            cluster.Pool?.Peers().Select(Of).ToList())
        {
            Silos = cluster.Pool?.Silos?.Invoke().Select(static silo => new SiloDocument(silo.Node.Index, silo.Name, silo.Address, silo.Active)).ToList(),
        },
        ApiJson.Readable.StatusDocument);

    private static PeerDocument Of(PeerStatus peer) =>
        new(peer.Peer.Index, peer.Address, peer.Connected, peer.LastSeen, peer.Dropped.Values.Sum(), peer.Rejected.Values.Sum());

    private static ReplicaDocument Of(ReplicaStatus replica) => new(
        replica.Replica,
        replica.Running,
        replica.View,
        replica.Active,
        replica.Primary,
        replica.Executed,
        replica.StableCheckpoint,
        replica.StateRoot,
        replica.Rejoining,
        replica.FetchingState,
        replica.PendingRequests,
        replica.Keys,
        replica.Rejections,
        replica.DiskFull,
        replica.Dropped,
        replica.Disk?.Files.Bytes,
        replica.Disk?.FreeBytes,
        [.. replica.Suspicions.Select(seen => new SuspicionDocument(seen.Replica.Index, (int)seen.Kind, seen.Kind.ToString(), seen.Count, seen.LastSeen))],
        replica.Disk?.Files.LogBytes,
        replica.Disk?.Files.LedgerBytes,
        replica.Disk?.Files.Snapshot,
        replica.Disk?.LedgerFirst,
        replica.Disk?.LedgerFirst is null ? null : replica.Disk.LedgerLast,
        replica.RetainedFrom,
        replica.Faults.Count > 0 ? replica.Faults : null);
}
