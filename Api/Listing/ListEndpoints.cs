using System.Collections.Immutable;
using KvStore.Api.Problems;
using KvStore.Api.Requests;
using KvStore.Api.Routing;
using KvStore.Protocol;
using KvStore.StateMachine;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KvStore.Api.Listing;

/// <summary>Keys in order: <c>GET /v1/kv?prefix=&amp;start=&amp;end=&amp;limit=&amp;keysOnly=&amp;count=</c>. http-api.md section 1.</summary>
internal static class ListEndpoints
{
    /// <summary>The gateway's own parameter: the revisions from which the pages of one listing come.</summary>
    private const string At = "at";

    /// <summary>Maps the endpoint.</summary>
    public static void MapListing(this IEndpointRouteBuilder routes) =>
        routes.MapGroup("/v1/kv").MapMethods("", [HttpMethods.Get, HttpMethods.Head], ListAsync);

    private static async Task<Results<ListResult, ProblemResult>> ListAsync(HttpContext context, ShardRouter router, ListingSnapshots snapshots)
    {
        if (IncomingReader.Read(context, OperationMethod.Get, default, out var incoming) is { } refused) return refused;
        var rawQuery = context.Request.QueryString.Value ?? "";
        var at = QueryText.Find(rawQuery, At);
        var query = at is null ? rawQuery : QueryText.Without(rawQuery, At);
        if (at is not null && QueryText.Without(rawQuery, At).Length + At.Length + at.Length + 2 < rawQuery.Length)
            return new ProblemResult(ProblemKinds.RepeatedParameter, "'at' is there more than once.");
        var path = context.Request.Path.Value ?? "";
        var operation = incoming.Operation;
        if (at is not null && OperationReader.Read(OperationMethod.Get, path, query, context, default, out operation) is { } malformed) return malformed;
        if (!OperationParser.TryParse(operation, router.Limits, out var command, out var error)) return ParseProblems.Of(error, router.Limits);
        if (BodyReader.HasBody(context)) return new ProblemResult(ProblemKinds.UnexpectedBody, "A read takes no body; leave it out.");
        if (QueryText.Find(query, "wait") is not null) return new ProblemResult(ProblemKinds.BadParameter, "'wait' is for one key: /v1/kv/{key}?wait=30s.");
        if (ReadParameters.ReadConsistency(query, out var consistency) is { } unfit) return unfit;
        var list = (ListCommand)command; // The route is that of the list, and the method GET.
        return consistency == Consistency.Certified
            ? await CertifiedAsync(context, router, incoming, list, at)
            : await PageAsync(context, router, snapshots, operation, list, consistency, at);
    }

    // Each page is ordered by itself, so the pages of such a listing may come from several revisions; the answer says from which.
    private static async ValueTask<Results<ListResult, ProblemResult>> CertifiedAsync(
        HttpContext context, ShardRouter router, Incoming incoming, ListCommand command, string? at)
    {
        if (at is not null)
            return new ProblemResult(ProblemKinds.BadParameter, "'at' does not go with consistency=certified: such a page is read where it is ordered.");
        var results = ImmutableArray.CreateBuilder<OperationResult>(router.Shards.Length);
        var replayed = true;
        foreach (var shard in router.Shards)
        {
            var answer = await shard.OrderAsync(incoming, context.RequestAborted);
            if (answer.Problem is not null) return answer.Problem;
            if (answer.Result!.Refused) return ResultProblems.Of(answer.Result, shard.Shard, router.Limits);
            replayed &= answer.Replayed;
            results.Add(answer.Result);
        }

        if (replayed) context.Response.Headers[KvHeaders.IdempotentReplayed] = "true";
        return ListResult.Of(results.DrainToImmutable(), command, incoming.Operation, router.Limits, point: null);
    }

    private static async ValueTask<Results<ListResult, ProblemResult>> PageAsync(
        HttpContext context, ShardRouter router, ListingSnapshots snapshots, Operation operation, ListCommand command, Consistency consistency, string? at)
    {
        ImmutableArray<ShardView> states;
        if (at is null)
        {
            (states, var problem) = await StatesAsync(router, consistency, context.RequestAborted);
            if (problem is not null) return problem;
        }
        else if (!ListingPoint.TryParse(at, router.Shards.Length, out var asked))
        {
            return new ProblemResult(ProblemKinds.BadParameter, "'at' is what the link to a listing's next page has there, and nothing else.");
        }
        else if ((states = snapshots.Find(asked)).IsEmpty)
        {
            return new ProblemResult(ProblemKinds.ListingGone, "Start the listing again, without 'at'.");
        }

        var point = ListingPoint.Of(states);
        var result = ListResult.Of([.. states.Select(state => state.Read(command))], command, operation, router.Limits, point);
        if (result.HasNext) snapshots.Keep(point, states);
        return result;
    }

    // All shards are asked at once: a listing waits for the slowest of them, and not for their sum.
    private static async ValueTask<(ImmutableArray<ShardView> States, ProblemResult? Problem)> StatesAsync(
        ShardRouter router, Consistency consistency, CancellationToken cancel)
    {
        var answers = await Task.WhenAll(router.Shards.Select(shard => shard.StateAsync(consistency, cancel).AsTask()));
        var problem = answers.Select(answer => answer.Problem).FirstOrDefault(problem => problem is not null);
        return problem is null ? ([.. answers.Select(answer => answer.State!)], null) : ([], problem);
    }
}
