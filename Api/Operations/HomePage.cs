using KvStore.Replication.Gateways;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KvStore.Api.Operations;

/// <summary><c>GET /</c>: a page for whoever opens the address in a browser.</summary>
internal static class HomePage
{
    private const string Html = """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>KvStore</title><meta name="viewport" content="width=device-width">
        <style>body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:3rem auto;padding:0 1rem}
        pre{background:#8881;padding:1rem;overflow:auto}:root{color-scheme:light dark}</style>
        </head>
        <body>
        <h1>KvStore</h1>
        <p>A key-value store that stays correct while some of its replicas lie. {what}</p>
        <pre>curl -X PUT -d hello http://127.0.0.1:8080/v1/kv/greeting
        curl http://127.0.0.1:8080/v1/kv/greeting</pre>
        <ul>
        <li><a href="/v1/kv">/v1/kv</a>: the keys; <code>/v1/kv/{key}</code>: a value (GET, HEAD, PUT, POST to append, PATCH to keep a slice, DELETE)</li>
        <li><a href="/v1/status">/v1/status</a>: the shards and their replicas</li>
        <li><a href="/v1/cluster">/v1/cluster</a>: the members and the limits</li>
        <li><a href="/v1/evidence">/v1/evidence</a>: replicas that contradicted themselves</li>
        <li><a href="/livez">/livez</a> and <a href="/readyz?verbose">/readyz?verbose</a>: whether it serves</li>
        <li><a href="/metrics">/metrics</a>: numbers for Prometheus</li>
        <li><a href="/openapi/index.html">/openapi</a>: the interface, to be tried out; <a href="/openapi/v1.json">/openapi/v1.json</a>: the same as a document</li>
        <li><a href="/problems">/problems</a>: what can go wrong, by code</li>
        {faults}</ul>
        </body>
        </html>
        """;

    private const string Faults =
        "<li><code>POST /v1/dev/faults</code>: stop and start replicas, with <code>{\"replica\":2,\"action\":\"stop\"}</code></li>\n";

    /// <summary>Maps the page.</summary>
    public static void MapHome(this IEndpointRouteBuilder routes)
    {
        var inMemory = routes.ServiceProvider.GetRequiredService<ServedCluster>().Storage == ServedCluster.InMemory;
        var what = inMemory
            ? "This process runs a group of replicas in memory:\nthey agree on every write, and nothing survives the process."
            : "This is a node of a pool:\nits replicas agree on every write with those of the other nodes.";
        var page = Html.Replace("{what}", what, StringComparison.Ordinal).Replace("{faults}", inMemory ? Faults : "", StringComparison.Ordinal);
        routes.MapMethods("/", [HttpMethods.Get, HttpMethods.Head], (HttpContext context) => Page(context, page));
    }

    private static ContentHttpResult Page(HttpContext context, string page)
    {
        context.Response.Headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Text(page, "text/html; charset=utf-8");
    }
}
