using System.Globalization;
using System.Text;
using KvStore.Api.Problems;
using KvStore.Replication.Gateways;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KvStore.Api.Operations;

/// <summary><c>/livez</c>: the process serves. <c>/readyz</c>: every shard can order and read; <c>?verbose</c> tells each by name.</summary>
internal static class HealthEndpoints
{
    private static readonly TimeSpan _retryAfter = TimeSpan.FromSeconds(1);

    /// <summary>Maps the endpoints.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/livez", [HttpMethods.Get, HttpMethods.Head], static () => TypedResults.Text("ok\n"));
        routes.MapMethods("/readyz", [HttpMethods.Get, HttpMethods.Head], Ready);
    }

    private static Results<ContentHttpResult, ProblemResult> Ready(HttpContext context, ServedCluster cluster)
    {
        var checks = cluster.Groups.Select(Check).ToList();
        var failed = checks.FindAll(check => check.Kind is not null);
        if (failed.Count > 0)
        {
            var detail = string.Join(' ', (context.Request.Query.ContainsKey("verbose") ? checks : failed).Select(check => check.Text + "."));
            return new ProblemResult(failed[0].Kind!, detail) { RetryAfter = _retryAfter };
        }

        return TypedResults.Text(context.Request.Query.ContainsKey("verbose") ? Lines(checks) : "ok\n");
    }

    private static string Lines(List<(ProblemKind? Kind, string Text)> checks)
    {
        var text = new StringBuilder();
        foreach (var check in checks) text.Append("[+] ").Append(check.Text).Append('\n');
        return text.Append("ok\n").ToString();
    }

    private static (ProblemKind? Kind, string Text) Check(IShardGroup group)
    {
        var replicas = group.Statuses;
        var running = replicas.Count(replica => replica.Running);
        var (kind, name) = group switch
        {
            { IsDiskFull: true } => (ProblemKinds.DiskFull, "disk full"),
            { HasQuorum: false } => (ProblemKinds.NoQuorum, "no quorum"),
            { IsCatchingUp: true } => (ProblemKinds.CatchingUp, "catching up"),
            _ => ((ProblemKind?)null, "ready"),
        };
        var text = string.Create(CultureInfo.InvariantCulture, $"shard-{group.Id.Number}: {name}, {running} of {replicas.Count} replicas run");
        return (kind, text);
    }
}
