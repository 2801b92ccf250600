using KvStore.Api.Json;
using KvStore.Api.Signing;
using KvStore.Client.Signing;
using KvStore.Protocol;
using KvStore.Replication;
using KvStore.Replication.Gateways;
using KvStore.Replication.Setup;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KvStore.Api.Operations;

/// <summary>What <c>/v1/cluster</c> says: what the genesis fixes.</summary>
/// <param name="Name">The cluster's name.</param>
/// <param name="Cluster">Its id, as <c>Kv-Cluster</c> carries it: the SHA-256 of the genesis, base64url.</param>
/// <param name="DevelopmentKey">The key that unsigned requests are signed with, which changes with each process; absent where they are refused.</param>
/// <param name="Limits">The limits of a shard's state.</param>
/// <param name="Groups">The groups of replicas, one for each shard.</param>
/// <param name="Nodes">The nodes of the pool, by their replicas' number; absent where all replicas live in one process.</param>
public sealed record ClusterDocument(
    string Name, string Cluster, string? DevelopmentKey, StateLimits Limits, IReadOnlyList<GroupDocument> Groups, IReadOnlyList<NodeDocument>? Nodes);

/// <summary>One node of a pool.</summary>
/// <param name="Node">The number of its replica in every group.</param>
/// <param name="Name">Its name.</param>
/// <param name="Client">Where clients reach it, as the genesis has it.</param>
public sealed record NodeDocument(int Node, string Name, string Client);

/// <summary>One group.</summary>
/// <param name="Shard">The shard that it orders.</param>
/// <param name="Epoch">Its membership.</param>
/// <param name="FaultModel">What a faulty replica may do.</param>
/// <param name="Replicas">n: how many there are.</param>
/// <param name="Faults">f: how many may be faulty.</param>
/// <param name="Quorum">q: votes that make a certificate.</param>
/// <param name="WeakQuorum">w: replicas that must say the same before the gateway answers.</param>
/// <param name="Carrier">Who sends votes to whom.</param>
/// <param name="LeaderPolicy">Who leads a view.</param>
/// <param name="Members">The replicas' public keys, base64url.</param>
public sealed record GroupDocument(
    uint Shard,
    ulong Epoch,
    string FaultModel,
    int Replicas,
    int Faults,
    int Quorum,
    int WeakQuorum,
    string Carrier,
    string LeaderPolicy,
    IReadOnlyList<string> Members);

/// <summary><c>GET /v1/cluster</c>: who the members are.</summary>
internal static class ClusterEndpoints
{
    /// <summary>Maps the endpoint.</summary>
    public static void MapCluster(this IEndpointRouteBuilder routes) =>
        routes.MapGroup("/v1/cluster").MapMethods("", [HttpMethods.Get, HttpMethods.Head], Cluster);

    private static JsonHttpResult<ClusterDocument> Cluster(Genesis genesis, ServedCluster cluster, RequestSigner signer, RequestAuthenticator authenticator) => TypedResults.Json(
        new ClusterDocument(
            genesis.Name,
            SignatureBase.ClusterName(genesis.Cluster),
            authenticator.AllowUnsigned ? SignatureBase.KeyName(signer.PublicKey) : null,
            genesis.Limits,
            [.. genesis.Groups.Select(Of)],
            cluster.Pool?.Members.Select((member, node) => new NodeDocument(node, member.Name, member.Client)).ToList()),
        ApiJson.Readable.ClusterDocument);

    private static GroupDocument Of(GroupGenesis group) => new(
        group.Id.Number,
        Epoch: 0,
        NameOf(group.Config.FaultModel),
        group.Config.Replicas,
        group.Config.Faults,
        group.Config.Quorum,
        group.Config.WeakQuorum,
        NameOf(group.Config.Carrier),
        LeaderPolicyNames.Of(group.Config.LeaderPolicy),
        [.. group.Members.Select(SignatureBase.KeyName)]);

    private static string NameOf(FaultModel model) => model switch
    {
        FaultModel.Byzantine => "byzantine",
        FaultModel.Crash => "crash",
        _ => throw new ArgumentOutOfRangeException(nameof(model), model, "An unknown fault model."),
    };

    private static string NameOf(CarrierKind carrier) => carrier switch
    {
        CarrierKind.Broadcast => "broadcast",
        _ => throw new ArgumentOutOfRangeException(nameof(carrier), carrier, "An unknown carrier."),
    };
}
