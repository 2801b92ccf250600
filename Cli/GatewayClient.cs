using System.Net;
using System.Text.Json;
using KvStore.Api.Json;
using KvStore.Api.Problems;

namespace KvStore.Cli;

/// <summary>Speaks to a gateway, and turns every way in which that can fail into a <see cref="Failure"/>.</summary>
internal sealed class GatewayClient(Uri url, TimeSpan timeout) : IDisposable
{
    private const string ReadFirst = "It may have been applied: look with 'kv get' before you try again.";

    private readonly HttpClient _http = new() { BaseAddress = url, Timeout = timeout };

    /// <summary>Sends a request, and returns an answer that is a success.</summary>
    /// <exception cref="Failure">There was no answer, or it was a problem.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var response = await ExchangeAsync(request, cancel);
        if (response.IsSuccessStatusCode) return response;
        using (response) throw await ProblemAsync(response, cancel);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> ExchangeAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var isRead = request.Method == HttpMethod.Get;
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
        {
            throw new Failure(ExitCodes.Error, $"No gateway answers at {url}: {exception.Message}",
                "Start one with 'kv dev', or name another with --url or in KV_URL.");
        }
        catch (HttpRequestException exception)
        {
            throw isRead
                ? new Failure(ExitCodes.Error, $"The connection to {url} broke: {exception.Message}", "Try again.")
                : new Failure(ExitCodes.OutcomeUnknown, $"The connection to {url} broke before the answer came: {exception.Message}", ReadFirst);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw isRead
                ? new Failure(ExitCodes.Unavailable, $"No answer came from {url} in {timeout.TotalSeconds} seconds.",
                    "Try again, or wait for longer with --timeout.")
                : new Failure(ExitCodes.OutcomeUnknown, $"No answer came from {url} in {timeout.TotalSeconds} seconds.", ReadFirst);
        }
    }

    private async Task<Failure> ProblemAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var problem = await TryReadAsync(response, cancel);
        if (problem is null)
            return new Failure(
                ExitCodes.Error, $"{url} answered {(int)response.StatusCode}, and not as a gateway would.", "See that --url or KV_URL names a gateway.");
        return new Failure(ExitCodeOf(response.StatusCode, problem), $"{problem.Title} {problem.Detail}",
            $"{NextOf(problem, response)} (code {problem.Code}, {problem.Outcome})");
    }

    private static async Task<ProblemDocument?> TryReadAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json") return null;
        try
        {
            return JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(cancel), ApiJson.Default.ProblemDocument);
        }
        catch (JsonException)
        {
            return null; // What calls itself a problem and is none comes from somebody else.
        }
    }

    private static int ExitCodeOf(HttpStatusCode status, ProblemDocument problem) => (status, problem) switch
    {
        (_, { Outcome: "unknown" }) => ExitCodes.OutcomeUnknown,
        (_, { Code: "not-found" }) => ExitCodes.NotFound,
        (HttpStatusCode.PreconditionFailed, _) => ExitCodes.PreconditionFailed,
        (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, _) => ExitCodes.Unauthorized,
        (HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout or HttpStatusCode.TooManyRequests, _) => ExitCodes.Unavailable,
        _ => ExitCodes.Error,
    };

    private static string NextOf(ProblemDocument problem, HttpResponseMessage response) => problem switch
    {
        { Outcome: "unknown" } => ReadFirst,
        { Code: "not-found" } => "'kv list' shows the keys that there are.",
        { Code: "precondition-failed", Etag: { } etag } => $"Read the value again, and try with --if-match {etag.Trim('"')}.",
        { Code: "precondition-failed" } => "Leave --if-match out, or create the key first.",
        { Code: "no-quorum" } => $"'kv status' shows which replicas run. Try again in {response.Headers.RetryAfter?.Delta?.TotalSeconds ?? 1} s.",
        { Retryable: true } => "Try again.",
        _ => "Mend the request: sending the same again will fail again.",
    };
}
