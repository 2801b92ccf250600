using KvStore.Api.Problems;

namespace KvStore.Api.Hosting;

/// <summary>What holds for all of <c>/v1</c> as long as the gateway signs for its clients.</summary>
internal static class RequestRules
{
    /// <summary>Refuses what an unsigned gateway must not take.</summary>
    public static IApplicationBuilder UseRequestRules(this IApplicationBuilder app) => app.Use(static (context, next) =>
        Judge(context.Request) is { } problem ? problem.ExecuteAsync(context) : next(context));

    private static ProblemResult? Judge(HttpRequest request)
    {
        var headers = request.Headers;

        // To carry out a signed request under the gateway's own key would be to drop what the client relies on.
        if (headers.ContainsKey(KvHeaders.Signature) || headers.ContainsKey(KvHeaders.SignatureInput) || headers.ContainsKey(KvHeaders.Bundle))
            return new ProblemResult(ProblemKinds.SignedRequests,
                "This gateway can't pass on a client's signature yet. Leave Signature, Signature-Input and Kv-Bundle out: it then signs itself.");

        // A browser sends Origin with everything that writes. Without a signature, nothing else tells the user's own tools from a page they happen to look at.
        if (headers.Origin.Count == 0 || HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) return null;
        return string.Equals(headers.Origin.ToString(), $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase)
            ? null
            : new ProblemResult(ProblemKinds.CrossOrigin,
                "The Origin header names another site than this server. Call it from its own pages, or from a tool that sends no Origin.");
    }
}
