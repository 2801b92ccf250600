using KvStore.Api.Problems;
using KvStore.Api.Signing;

namespace KvStore.Api.Hosting;

/// <summary>What holds for all of <c>/v1</c>, whoever asks.</summary>
internal static class RequestRules
{
    private const string UnsignedPath = "/v1/dev";

    /// <summary>Refuses what the gateway must not take.</summary>
    public static IApplicationBuilder UseRequestRules(this IApplicationBuilder app) => app.Use(static (context, next) =>
        Judge(context.Request) is { } problem ? problem.ExecuteAsync(context) : next(context));

    private static ProblemResult? Judge(HttpRequest request)
    {
        var headers = request.Headers;

        // To carry out a request of a bundle as if it were a single one would be to drop what the client relies on.
        if (headers.ContainsKey(KvHeaders.Bundle)) return new ProblemResult(ProblemKinds.Bundles, "Sign the request by itself, and leave Kv-Bundle out.");

        // A browser sends Origin with everything that writes. Without a signature, nothing else tells the user's own tools from a page they happen to look at.
        // Where a signature is not looked at, it is no excuse.
        if (SignedFields.AnySignature(request) && !request.Path.StartsWithSegments(UnsignedPath)) return null;
        if (headers.Origin.Count == 0 || HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) return null;
        return string.Equals(headers.Origin.ToString(), $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase)
            ? null
            : new ProblemResult(ProblemKinds.CrossOrigin,
                "The Origin header names another site than this server. Call it from its own pages, or from a tool that sends no Origin.");
    }
}
