using System.Net;

namespace KvStore.Api.Tests;

/// <summary>A gateway that signs for nobody.</summary>
public sealed class RequireSignedTests(RequireSignedTests.Strict strict) : IClassFixture<RequireSignedTests.Strict>
{
    private readonly Gateway _gateway = strict.Gateway;

    [Theory]
    [InlineData("PUT", "/v1/kv/a", "(\"@method\" \"@path\" \"@query\" \"content-digest\" \"content-type\" \"if-match\" \"kv-cluster\")")]
    [InlineData("POST", "/v1/kv/a", "(\"@method\" \"@path\" \"@query\" \"content-digest\" \"content-type\" \"if-match\" \"kv-cluster\")")]
    [InlineData("GET", "/v1/kv/a", "(\"@method\" \"@path\" \"@query\" \"if-match\" \"kv-cluster\")")]
    [InlineData("GET", "/v1/kv/a?consistency=certified", "(\"@method\" \"@path\" \"@query\" \"if-match\" \"kv-cluster\")")]
    [InlineData("GET", "/v1/kv", "(\"@method\" \"@path\" \"@query\" \"if-match\" \"kv-cluster\")")]
    [InlineData("DELETE", "/v1/kvb/YQ", "(\"@method\" \"@path\" \"@query\" \"if-match\" \"kv-cluster\")")]
    [InlineData("GET", "/v1/requests/PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw/AQIDBAUGBwgAAAAAAAAAKg", "(\"@method\" \"@path\" \"@query\" \"if-match\" \"kv-cluster\")")]
    public async Task What_is_not_signed_is_told_what_to_sign(string method, string target, string covered)
    {
        string[] headers = method is "PUT" or "POST" ? ["Content-Type: text/plain", "If-Match: \"r1\""] : ["If-Match: \"r1\""];
        using var answer = await _gateway.Sent(method, target, method is "PUT" or "POST" ? "x" : null, headers);
        await answer.Problem(401, "signature-required");
        Assert.Equal($"sig1={covered};created;expires;alg=\"ed25519\";tag=\"kv-request-v1\"", answer.Header("Accept-Signature"));
    }

    [Fact]
    public async Task What_is_signed_is_taken_and_what_is_no_data_needs_no_signature()
    {
        using var client = await HandSigner.For(_gateway);
        await _gateway.Signed(client, new Draft("PUT", "/v1/kv/strict", "x")).Is(HttpStatusCode.Created);
        Assert.Equal("x", await _gateway.Signed(client, new Draft("GET", "/v1/kv/strict")).Body());
        await _gateway.Signed(client, new Draft("HEAD", "/v1/kv/strict")).Is(HttpStatusCode.OK);
        await _gateway.Send(HttpMethod.Head, "/v1/kv/strict").Is(HttpStatusCode.Unauthorized);
        await _gateway.Get("/v1/status").Is(HttpStatusCode.OK);
        Assert.False((await _gateway.Get("/v1/cluster").Json()).TryGetProperty("developmentKey", out _));
    }

    [Fact]
    public async Task A_client_that_asks_first_is_told_before_it_sends_its_body()
    {
        const string head = "PUT /v1/kv/strict HTTP/1.1\r\nHost: strict\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n";
        var answer = await RawHttp.Exchange(_gateway.Address, head);
        Assert.StartsWith("HTTP/1.1 401 ", answer, StringComparison.Ordinal);
        Assert.Contains("signature-required", answer, StringComparison.Ordinal);
    }

    /// <summary>Such a gateway.</summary>
    public sealed class Strict : IAsyncLifetime
    {
        public Gateway Gateway { get; } = new() { Options = Tests.Gateway.Quiet with { AllowUnsigned = false } };

        public ValueTask InitializeAsync() => Gateway.InitializeAsync();

        public ValueTask DisposeAsync() => Gateway.DisposeAsync();
    }
}
