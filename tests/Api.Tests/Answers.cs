using System.Globalization;
using System.Net;
using System.Text.Json;

namespace KvStore.Api.Tests;

/// <summary>What tests say about answers.</summary>
internal static class Answers
{
    public static async Task<string> Body(this HttpResponseMessage response) => await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    public static async Task<string> Body(this Task<HttpResponseMessage> sending)
    {
        using var response = await sending;
        return await response.Body();
    }

    public static async Task<JsonElement> Json(this HttpResponseMessage response)
    {
        using var document = JsonDocument.Parse(await response.Body());
        return document.RootElement.Clone();
    }

    public static async Task<JsonElement> Json(this Task<HttpResponseMessage> sending)
    {
        using var response = await sending;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Json();
    }

    /// <summary>The single value of a header of the answer or of its content; null when it is absent.</summary>
    public static string? Header(this HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values) ? Assert.Single(values) : null;

    public static async Task Is(this Task<HttpResponseMessage> sending, HttpStatusCode status)
    {
        using var response = await sending;
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode} in place of {(int)status}: {await response.Body()}");
    }

    /// <summary>The entity tag of a write that succeeded.</summary>
    public static async Task<string> ETag(this Task<HttpResponseMessage> sending)
    {
        using var response = await sending;
        Assert.True(response.IsSuccessStatusCode);
        return response.Header("ETag")!;
    }

    /// <summary>That the answer is a problem, with all the members that every problem has.</summary>
    public static async Task<JsonElement> Problem(this HttpResponseMessage response, int status, string code, string outcome = "not-applied")
    {
        Assert.True(status == (int)response.StatusCode, $"{(int)response.StatusCode} in place of {status}: {await response.Body()}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Json();
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal("/problems/" + code, problem.GetProperty("type").GetString());
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.Equal(outcome, problem.GetProperty("outcome").GetString());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        Assert.True(problem.GetProperty("retryable").ValueKind is JsonValueKind.True or JsonValueKind.False);
        if (status is 429 or 503) Assert.True(int.Parse(response.Header("Retry-After")!, CultureInfo.InvariantCulture) >= 1);
        return problem;
    }

    public static async Task<JsonElement> Problem(this Task<HttpResponseMessage> sending, int status, string code, string outcome = "not-applied")
    {
        using var response = await sending;
        return await response.Problem(status, code, outcome);
    }
}
