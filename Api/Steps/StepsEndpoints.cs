namespace KvStore.Api.Steps;

/// <summary>Several operations in one request: <c>POST /v1/txn</c> and <c>POST /v1/batch</c>. http-api.md section 1.</summary>
internal static class StepsEndpoints
{
    /// <summary>Maps the endpoints.</summary>
    public static void MapSteps(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/txn", Transactions.RunAsync);
        routes.MapPost("/v1/batch", Batches.RunAsync);
    }
}
