// http-api.md sections 1 and 3: the outcome of a request, for clients that got no answer.
using KvStore.Api.Json;
using KvStore.Api.Problems;
using KvStore.Api.Requests;
using KvStore.Protocol;
using KvStore.Replication;
using KvStore.Replication.Gateways;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KvStore.Api.Signing;

/// <summary><c>GET /v1/requests/{keyid}/{nonce}</c>: what became of a request. Every shard is asked, because a nonce does not say for which it was.</summary>
internal static class OutcomeEndpoints
{
    private const int RetryAfterSeconds = 1;

    /// <summary>Maps the endpoint.</summary>
    public static void MapOutcomes(this IEndpointRouteBuilder routes) =>
        routes.MapGroup("/v1/requests").MapMethods("/{keyid}/{nonce}", [HttpMethods.Get, HttpMethods.Head], FindAsync);

    private static async Task<Results<JsonHttpResult<OutcomeDocument>, ProblemResult>> FindAsync(
        HttpContext context, string keyid, string nonce, ServedCluster cluster, TimeProvider clock)
    {
        if (IncomingReader.Read(context, OperationMethod.Get, default, out _) is { } refused) return refused;
        if (!SignatureParameters.TryKeyId(keyid, out var client))
            return new ProblemResult(ProblemKinds.BadParameter, "A key's name is the base64url, without padding, of its 32 bytes: 43 characters.");
        if (!SignatureParameters.TryNonce(nonce, out var parsed))
            return new ProblemResult(ProblemKinds.BadParameter, "A nonce is the base64url, without padding, of 16 bytes: 22 characters.");
        try
        {
            var document = await OutcomeAsync(cluster, client, parsed, clock, context.RequestAborted);
            context.Response.Headers.CacheControl = "no-store";
            if (document.IsPending) context.Response.Headers.RetryAfter = $"{RetryAfterSeconds}";
            return TypedResults.Json(document, ApiJson.Readable.OutcomeDocument);
        }
        catch (ShardUnavailableException exception)
        {
            return new ProblemResult(ProblemKinds.NoQuorum, $"{exception.Message} Nobody can say now what became of the request.") { RetryAfter = exception.RetryAfter };
        }
    }

    private static async ValueTask<OutcomeDocument> OutcomeAsync(
        ServedCluster cluster, PublicKey client, Nonce nonce, TimeProvider clock, CancellationToken cancel)
    {
        PendingRequest? pending = null;
        var executed = new List<ShardOutcome>();
        foreach (var group in cluster.Groups)
        {
            // In this order: a request that waits no more when it is looked for was executed before, and the state that is read afterwards shows it.
            var waiting = group.FindPending(client, nonce);
            var found = await group.FindResultAsync(client, nonce, cancel);
            if (found.Result is { } result) executed.Add(new ShardOutcome(group.Id.Number, found.Request, result));
            else if (waiting is { } it && it.Expires > Now(clock) && it.Expires > found.Time) pending = it;
        }

        return OutcomeDocument.Of(pending, executed);
    }

    private static Timestamp Now(TimeProvider clock) => new((ulong)clock.GetUtcNow().ToUnixTimeMilliseconds());
}
