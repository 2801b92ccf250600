using KvStore.Api.Json;
using KvStore.Replication.Accountability;
using KvStore.Replication.Gateways;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KvStore.Api.Operations;

/// <summary>What <c>/v1/evidence</c> says: who contradicted itself, and the proof.</summary>
/// <param name="Evidence">The records that were kept, the first few of each replica; each is what <c>kv verify evidence</c> checks.</param>
public sealed record EvidenceDocument(IReadOnlyList<EvidenceRecord> Evidence);

/// <summary><c>GET /v1/evidence</c>: contradictory statements that replicas signed, for whoever has to act on it.</summary>
internal static class EvidenceEndpoints
{
    /// <summary>Maps the endpoint.</summary>
    public static void MapEvidence(this IEndpointRouteBuilder routes) =>
        routes.MapGroup("/v1/evidence").MapMethods("", [HttpMethods.Get, HttpMethods.Head], Evidence);

    private static JsonHttpResult<EvidenceDocument> Evidence(ServedCluster cluster) =>
        TypedResults.Json(new EvidenceDocument([.. cluster.Groups.SelectMany(group => group.Evidence.Records)]), ApiJson.Readable.EvidenceDocument);
}
