using KvStore.Api.Json;
using KvStore.Protocol;
using KvStore.Replication.Gateways;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KvStore.Api.Operations;

/// <summary>What <c>/v1/evidence</c> says: who contradicted itself, and the proof.</summary>
/// <param name="Evidence">The pairs that were kept, the first few of each replica.</param>
public sealed record EvidenceDocument(IReadOnlyList<ContradictionDocument> Evidence);

/// <summary>Two statements of one replica that a correct one does not make both.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Replica">The replica that signed both.</param>
/// <param name="Member">Its public key in the genesis, base64url: what both signatures are checked with.</param>
/// <param name="Earlier">The one that was seen first.</param>
/// <param name="Later">The one that contradicts it.</param>
public sealed record ContradictionDocument(uint Shard, int Replica, string Member, SignedDocument Earlier, SignedDocument Later);

/// <summary>A signed statement.</summary>
/// <param name="Kind">What it is: <c>PrePrepare</c>, <c>Commit</c> and so on.</param>
/// <param name="Bytes">The bytes that were signed, base64; docs/wire.md says how to read them.</param>
/// <param name="Signature">The Ed25519 signature over them, base64.</param>
public sealed record SignedDocument(string Kind, string Bytes, string Signature);

/// <summary><c>GET /v1/evidence</c>: contradictory statements that replicas signed, for whoever has to act on it.</summary>
internal static class EvidenceEndpoints
{
    /// <summary>Maps the endpoint.</summary>
    public static void MapEvidence(this IEndpointRouteBuilder routes) =>
        routes.MapGroup("/v1/evidence").MapMethods("", [HttpMethods.Get, HttpMethods.Head], Evidence);

    private static JsonHttpResult<EvidenceDocument> Evidence(ServedCluster cluster) =>
        TypedResults.Json(new EvidenceDocument([.. cluster.Groups.SelectMany(group => Of(cluster, group))]), ApiJson.Readable.EvidenceDocument);

    private static IEnumerable<ContradictionDocument> Of(ServedCluster cluster, IShardGroup group)
    {
        var context = group.Verifier.Context;
        var members = cluster.Genesis.Groups[(int)group.Id.Number].Members;
        return group.Evidence.Pairs.Select(pair => new ContradictionDocument(
            group.Id.Number, pair.Later.Signer.Index, SignatureBase.KeyName(members[pair.Later.Signer.Index]), Of(pair.Earlier, context), Of(pair.Later, context)));
    }

    private static SignedDocument Of(Signed signed, StatementContext context)
    {
        var writer = new CanonicalWriter();
        StatementCodec.EncodeSignedBytes(writer, context, signed.UntypedStatement);
        return new SignedDocument(
            Enum.GetName(signed.UntypedStatement.Kind) ?? "", Convert.ToBase64String(writer.Written), Convert.ToBase64String(signed.Signature.ToArray()));
    }
}
