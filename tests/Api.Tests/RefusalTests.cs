using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;

namespace KvStore.Api.Tests;

/// <summary>What is refused before it is asked what it means.</summary>
public sealed class RefusalTests(Gateway gateway) : IClassFixture<Gateway>
{
    [Theory]
    [InlineData("Signature: sig1=:AAAA:", 401, "signature-profile")]
    [InlineData("Signature-Input: sig1=();created=1", 401, "signature-profile")]
    [InlineData("Kv-Bundle: index=0", 501, "bundles-not-supported")]
    public async Task A_signed_request_is_not_carried_out_as_if_it_were_not(string header, int status, string code)
    {
        await gateway.Put("/v1/kv/signed", "x", header).Problem(status, code);
        await gateway.Get("/v1/kv/signed").Problem(404, "not-found");
    }

    [Fact]
    public async Task A_page_of_another_origin_can_not_write()
    {
        await gateway.Put("/v1/kv/origin", "x", "Origin: http://evil.example").Problem(403, "cross-origin");
        await gateway.Post("/v1/dev/faults", """{"replica":1,"action":"stop"}""", "Origin: null").Problem(403, "cross-origin");
        await gateway.Put("/v1/kv/origin", "x", $"Origin: {gateway.Address.GetLeftPart(UriPartial.Authority)}").Is(HttpStatusCode.Created);
        await gateway.Get("/v1/kv/origin", "Origin: http://evil.example").Is(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("/v1")]
    [InlineData("/v1/watch")]
    [InlineData("/nothing")]
    [InlineData("/problems/nothing")]
    public async Task Unknown_routes_are_problems(string path) => await gateway.Get(path).Problem(404, "unknown-path");

    [Theory]
    [InlineData("PUT", "/v1/kv", "GET, HEAD")]
    [InlineData("DELETE", "/v1/status", "GET, HEAD")]
    [InlineData("POST", "/", "GET, HEAD")]
    [InlineData("POST", "/readyz", "GET, HEAD")]
    [InlineData("GET", "/v1/dev/faults", "POST")]
    [InlineData("GET", "/v1/txn", "POST")]
    [InlineData("PUT", "/v1/batch", "POST")]
    [InlineData("POST", "/metrics", "GET, HEAD")]
    [InlineData("POST", "/openapi/v1.json", "GET, HEAD")]
    [InlineData("OPTIONS", "/v1/kv/x", "DELETE, GET, HEAD, PATCH, POST, PUT")]
    [InlineData("BREW", "/v1/kvb/YQ", "DELETE, GET, HEAD, PATCH, POST, PUT")]
    public async Task A_wrong_method_says_which_are_right(string method, string path, string allow)
    {
        using var response = await gateway.Send(new HttpMethod(method), path);
        await response.Problem(405, "method-not-allowed");
        Assert.Equal(allow, string.Join(", ", response.Content.Headers.Allow.Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("/v1/kv/x?consistency=strong", 400, "bad-parameter")]
    [InlineData("/v1/kv/x?nonsense=1", 400, "unknown-parameter")]
    [InlineData("/v1/kv/x?consistency=local&consistency=local", 400, "repeated-parameter")]
    public async Task Parameters_of_a_read_that_are_wrong_are_refused(string target, int status, string code) =>
        await gateway.Get(target).Problem(status, code);

    [Fact]
    public async Task Parameters_have_no_meaning_for_writes()
    {
        await gateway.Put("/v1/kv/x?consistency=local", "x").Problem(400, "unknown-parameter");
        await gateway.Get("/v1/kv/x").Problem(404, "not-found");
    }

    [Fact]
    public async Task Every_refusal_is_counted_by_its_code()
    {
        var before = await Count("unknown-parameter");
        await gateway.Get("/v1/kv/x?counted=1").Problem(400, "unknown-parameter");
        await gateway.Put("/v1/kv/x?counted=1", "x").Problem(400, "unknown-parameter");
        Assert.Equal(before + 2, await Count("unknown-parameter"));
    }

    [Fact]
    public async Task Every_refusal_is_a_metric_with_its_code()
    {
        var codes = new ConcurrentQueue<object?>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, it) => Enable(instrument, it) };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => codes.Enqueue(tags[0].Value));
        listener.Start();
        await gateway.Get("/v1/kv/x?measured=1").Problem(400, "unknown-parameter");
        Assert.Contains("unknown-parameter", codes);

        static void Enable(Instrument instrument, MeterListener listener)
        {
            if (instrument.Name == "kv.api.refused") listener.EnableMeasurementEvents(instrument);
        }
    }

    [Fact]
    public async Task The_type_of_a_problem_can_be_looked_up()
    {
        var problem = await gateway.Get("/v1/kv/absent").Problem(404, "not-found");
        var kind = await gateway.Get(problem.GetProperty("type").GetString()!).Json();
        Assert.Equal(404, kind.GetProperty("status").GetInt32());
        var all = await gateway.Get("/problems").Json();
        Assert.Contains(all.EnumerateArray(), each => each.GetProperty("code").GetString() == "no-quorum");
    }

    private async Task<long> Count(string code)
    {
        var refused = (await gateway.Get("/v1/status").Json()).GetProperty("refused");
        return refused.TryGetProperty(code, out var count) ? count.GetInt64() : 0;
    }
}
