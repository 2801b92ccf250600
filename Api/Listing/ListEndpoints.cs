using System.Globalization;
using KvStore.Api.Problems;
using KvStore.Api.Requests;
using KvStore.Protocol;
using KvStore.StateMachine;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KvStore.Api.Listing;

/// <summary>Keys in order: <c>GET /v1/kv?prefix=&amp;start=&amp;end=&amp;limit=&amp;keysOnly=&amp;count=</c>. http-api.md section 1.</summary>
internal static class ListEndpoints
{
    /// <summary>The gateway's own parameter: the revision from which the pages of one listing come.</summary>
    private const string At = "at";

    /// <summary>Maps the endpoint.</summary>
    public static void MapListing(this IEndpointRouteBuilder routes) =>
        routes.MapGroup("/v1/kv").MapMethods("", [HttpMethods.Get, HttpMethods.Head], ListAsync);

    private static async Task<Results<ListResult, ProblemResult>> ListAsync(HttpContext context, ShardGateway gateway, ListingSnapshots snapshots)
    {
        if (IncomingReader.Read(context, OperationMethod.Get, default, out var incoming) is { } refused) return refused;
        var rawQuery = context.Request.QueryString.Value ?? "";
        var at = QueryText.Find(rawQuery, At);
        var query = at is null ? rawQuery : QueryText.Without(rawQuery, At);
        var path = context.Request.Path.Value ?? "";
        if (OperationReader.Read(OperationMethod.Get, path, query, context, default, out var operation) is { } malformed) return malformed;
        if (!OperationParser.TryParse(operation, gateway.Limits, out var command, out var error)) return ParseProblems.Of(error, gateway.Limits);
        if (BodyReader.HasBody(context)) return new ProblemResult(ProblemKinds.UnexpectedBody, "A read takes no body; leave it out.");
        if (ReadParameters.Read(query, out var consistency) is { } unfit) return unfit;
        return consistency == Consistency.Certified
            ? await CertifiedAsync(context, gateway, incoming, at)
            : await PageAsync(context, gateway, snapshots, operation, command, consistency, at);
    }

    // Each page is ordered by itself, so the pages of such a listing may come from several revisions; Kv-Revision says from which.
    private static async ValueTask<Results<ListResult, ProblemResult>> CertifiedAsync(
        HttpContext context, ShardGateway gateway, Incoming incoming, string? at)
    {
        if (at is not null)
            return new ProblemResult(ProblemKinds.BadParameter, "'at' does not go with consistency=certified: such a page is read where it is ordered.");
        var answer = await gateway.OrderAsync(incoming, context.RequestAborted);
        if (answer.Problem is not null) return answer.Problem;
        answer.MarkReplay(context.Response);
        return answer.Result!.Refused
            ? ResultProblems.Of(answer.Result, gateway.Shard, gateway.Limits)
            : new ListResult(answer.Result, incoming.Operation, gateway.Shard, snapshot: null);
    }

    private static async ValueTask<Results<ListResult, ProblemResult>> PageAsync(
        HttpContext context, ShardGateway gateway, ListingSnapshots snapshots, Operation operation, Command command, Consistency consistency, string? at)
    {
        ShardState? state;
        if (at is null)
        {
            (state, var problem) = await gateway.StateAsync(consistency, context.RequestAborted);
            if (problem is not null) return problem;
        }
        else if (!TryRevision(at, out var revision))
        {
            return new ProblemResult(ProblemKinds.BadParameter, "'at' is a revision like r42, as the link to a listing's next page has it.");
        }
        else if ((state = snapshots.Find(gateway.Shard, revision)) is null)
        {
            return new ProblemResult(ProblemKinds.ListingGone, "Start the listing again, without 'at'.");
        }

        var result = new ListResult(state!.Read(command), operation, gateway.Shard, state);
        if (result.HasNext) snapshots.Keep(gateway.Shard, state);
        return result;
    }

    private static bool TryRevision(string text, out ulong revision)
    {
        revision = 0;
        return text.StartsWith('r') && ulong.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out revision);
    }
}
