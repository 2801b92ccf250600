using KvStore.Api.Metrics;
using KvStore.Api.Problems;

namespace KvStore.Api.OpenApi;

/// <summary>What operators ask, and the pages for people.</summary>
internal static class OperatorDescriptions
{
    private const string Json = "application/json";
    private const string Html = "text/html";
    private const string Plain = "text/plain";

    /// <summary>All of them.</summary>
    public static IEnumerable<OperationEntry> All =>
    [
        Entry("/v1/requests/{keyid}/{nonce}", "outcome", it => it
            .Path("keyid", "The public key that signed the request, in base64url without padding.", "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs")
            .Path("nonce", "The request's nonce: session and counter, in base64url without padding.", "AAECAwQFBgcAAAAAAAAAKg")
            .Says("What became of a request.", "For clients that got no answer. `pending`: ask again; `unknown`: it was not executed, and is not known to be about to be.")
            .Signed(hasBody: false)
            .Gives(StatusCodes.Status200OK, "What is known.", "Retry-After").With(Json, Components.Outcome).Refuses(Refusals.Outcome)),
        Entry("/v1/status", "status", it => Document(it, "How the shards and their replicas are.", Components.Status)),
        Entry("/v1/cluster", "cluster", it => Document(it, "What the genesis fixes: members, limits, and the cluster's id.", Components.Cluster)),
        Entry("/v1/evidence", "evidence", it => Document(it, "Contradictory statements that replicas signed, with their proof.", Components.Evidence)),
        Entry("/livez", "live", it => Text(it, "Whether the process serves.", "`ok`.", Plain, "ok\n")),
        Entry("/readyz", "ready", it => Text(
            it.Query("verbose", Schemas.Truth("Tell of each shard by name.")), "Whether every shard can order and read.", "All can.", Plain, "ok\n", ProblemKinds.NoQuorum, ProblemKinds.CatchingUp, ProblemKinds.DiskFull)),
        Entry("/metrics", "metrics", it => Text(it, "Numbers for Prometheus.", "The text format 0.0.4.", PrometheusText.ContentType, null)),
        Entry("/problems", "problemKinds", it => Document(it, "What can go wrong, by code.", Components.ProblemKinds)),
        Entry("/problems/{code}", "problemKind", it => Document(
            it.Path("code", "The problem's code.", "not-found"), "What a kind of problem means: what the `type` of a problem refers to.", Components.ProblemKindName, ProblemKinds.UnknownPath)),
        Entry("/openapi/v1.json", "openapi", it => Text(it, "This document.", "OpenAPI 3.1.", Json, null)),
        Entry("/openapi", "openapiPage", it => it.Says("A page that shows this document.", "Everything on it is served from here.")
            .Gives(StatusCodes.Status301MovedPermanently, "To the page.").Refuses()),
        Entry("/", "home", it => Text(it, "A page for whoever opens the address in a browser.", "The page.", Html, null)),
        new("POST", "/v1/dev/faults", "fault", OperationEntry.Operators, Fault),
    ];

    private static OperationEntry Entry(string path, string id, Action<OperationDescription> describe) => new("GET", path, id, OperationEntry.Operators, describe);

    private static void Document(OperationDescription it, string summary, string component, params ProblemKind[] refusals) =>
        it.Says(summary, "").Gives(StatusCodes.Status200OK, "The document.").With(Json, component).Refuses(refusals);

    private static void Text(OperationDescription it, string summary, string answer, string mediaType, string? example, params ProblemKind[] refusals) =>
        it.Says(summary, "").Gives(StatusCodes.Status200OK, answer).With(mediaType, null, example).Refuses(refusals);

    private static void Fault(OperationDescription it) => it
        .Says("Stop or start a replica of this process.", "Development only: a cluster that is stored does not have it.")
        .Takes(Json, Components.Fault, "What to do to which replica.", """{"replica":2,"action":"stop","shard":0}""")
        .Gives(StatusCodes.Status200OK, "Done; this is how the shard's replicas are now.")
        .With(Json, Components.ShardStatusName)
        .Refuses(ProblemKinds.BadBody, ProblemKinds.BadContentEncoding, ProblemKinds.ValueTooLarge, ProblemKinds.UnknownFault, ProblemKinds.CrossOrigin);
}
