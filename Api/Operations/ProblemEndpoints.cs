using KvStore.Api.Json;
using KvStore.Api.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KvStore.Api.Operations;

/// <summary>What a kind of problem means.</summary>
/// <param name="Code">Its stable name.</param>
/// <param name="Status">Its HTTP status.</param>
/// <param name="Title">What it means.</param>
/// <param name="Retryable">Whether the same request may succeed later.</param>
public sealed record ProblemKindDocument(string Code, int Status, string Title, bool Retryable);

/// <summary><c>GET /problems</c> and <c>/problems/{code}</c>: what the <c>type</c> of a problem refers to.</summary>
internal static class ProblemEndpoints
{
    /// <summary>Maps the endpoints.</summary>
    public static void MapProblems(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/problems");
        group.MapGet("", static () => TypedResults.Json(ProblemKinds.All.Select(Of).ToList(), ApiJson.Readable.ListProblemKindDocument));
        group.MapGet("/{code}", One);
    }

    private static Results<JsonHttpResult<ProblemKindDocument>, ProblemResult> One(string code) =>
        ProblemKinds.Find(code) is { } kind
            ? TypedResults.Json(Of(kind), ApiJson.Readable.ProblemKindDocument)
            : new ProblemResult(ProblemKinds.UnknownPath, "There is no such kind of problem; /problems lists all.");

    private static ProblemKindDocument Of(ProblemKind kind) => new(kind.Code, kind.Status, kind.Title, kind.Retryable);
}
