using System.Net;
using KvStore.Client;

namespace KvStore.Cli.Connecting;

/// <summary>What a client's failures mean to who types commands: an exit code, and what to do next.</summary>
internal static class ClientFailures
{
    private const string ReadFirst = "It may have been applied: look with 'kv get' before you try again.";

    /// <summary>The failure.</summary>
    public static Failure Of(KvException exception)
    {
        var problem = exception.Problem;
        var unknown = exception as OutcomeUnknownException;
        var next = unknown is null ? NextOf(problem) : NextOfUnknown(unknown.Request);
        return new Failure(ExitCodeOf(problem, unknown is not null), OneLine($"{problem.Title} {problem.Detail}"), OneLine($"{next} ({About(problem)})"));
    }

    /// <summary>The exit code of a problem.</summary>
    public static int ExitCodeOf(Problem problem, bool isUnknown) => ((HttpStatusCode)problem.Status, problem) switch
    {
        _ when isUnknown => ExitCodes.OutcomeUnknown,
        (_, { Code: Problem.NotFound }) => ExitCodes.NotFound,
        (HttpStatusCode.PreconditionFailed, _) => ExitCodes.PreconditionFailed,
        (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, _) => ExitCodes.Unauthorized,
        (HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout or HttpStatusCode.TooManyRequests, _) => ExitCodes.Unavailable,
        (_, { Code: Problem.TimedOut }) => ExitCodes.Unavailable,
        _ => ExitCodes.Error,
    };

    /// <summary>What to do next.</summary>
    public static string NextOf(Problem problem) => problem switch
    {
        { Code: Problem.Unreachable } => "Start one with 'kv dev', or name another with --url or in KV_URL.",
        { Code: Problem.TimedOut } => "Try again, or wait for longer with --timeout.",
        { Code: Problem.ConnectionLost } => "Try again.",
        { Code: Problem.BadAnswer } => "See that --url or KV_URL names a gateway.",
        { Code: Problem.NotFound } => "'kv list' shows the keys that there are.",
        { Code: Problem.PreconditionFailed, ETag: { } etag } => $"Read the value again, and try with --if-match {etag}.",
        { Code: Problem.PreconditionFailed } => "Leave the condition out, or create the key first.",
        { Code: "no-quorum" } => $"'kv status' shows which replicas run. Try again in {problem.RetryAfter?.TotalSeconds ?? 1} s.",
        { Code: "signature-required" } => "Sign with --key FILE or KV_KEY; 'kv key new' makes a key.",
        { Code: "client-not-admitted" } => "'kv key show' prints the key that must be admitted, or use another one with --key.",
        { Code: "wrong-cluster" } => "Leave --cluster and KV_CLUSTER out, or see that --url names the cluster that they do.",
        { Code: "request-expired" or "signature-times" } => "Compare this machine's clock with the cluster's, and try again.",
        { Retryable: true } => "Try again.",
        _ => "Mend the request: sending the same again will fail again.",
    };

    /// <summary>What to do about a step of a batch.</summary>
    public static string NextOf(Problem problem, RequestId? request) => problem.Outcome == Outcome.Unknown ? NextOfUnknown(request) : NextOf(problem);

    private static string NextOfUnknown(RequestId? known) => known is { } request
        ? $"It may have been applied: 'kv request {request.KeyId} {request.Nonce}' says whether it was."
        : ReadFirst;

    private static string About(Problem problem)
    {
        var outcome = problem.Outcome switch { Outcome.NotApplied => "not-applied", Outcome.Applied => "applied", _ => "unknown" };
        return problem.Trace is null ? $"code {problem.Code}, {outcome}" : $"code {problem.Code}, {outcome}, trace {problem.Trace}";
    }

    // What a gateway says is data: it must not move the cursor, and the second line is for what to do next.
    private static string OneLine(string text) =>
        string.Join(' ', new string([.. text.Select(each => char.IsControl(each) ? ' ' : each)]).Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
