using System.Diagnostics;
using System.Net;
using KvStore.Protocol;

namespace KvStore.Api.Tests;

/// <summary>What became of a request, for whoever got no answer.</summary>
public sealed class OutcomeTests(Gateway gateway) : IClassFixture<Gateway>
{
    private static readonly TimeSpan _bound = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_request_that_nobody_sent_is_unknown()
    {
        using var client = await HandSigner.For(gateway);
        var outcome = await gateway.Get($"/v1/requests/{client.KeyId}/{HandSigner.NewNonce()}").Json();
        Assert.Equal("unknown", outcome.GetProperty("state").GetString());
        Assert.False(outcome.TryGetProperty("result", out _));
        Assert.False(outcome.TryGetProperty("request", out _));
    }

    [Fact]
    public async Task An_executed_request_shows_its_first_result()
    {
        using var client = await HandSigner.For(gateway);
        const string key = "/v1/kv/outcome";
        var (put, append, refused) = (HandSigner.NewNonce(), HandSigner.NewNonce(), HandSigner.NewNonce());
        using var created = await gateway.Signed(client, new Draft("PUT", key, "hello") { Nonce = put });
        await gateway.Signed(client, new Draft("POST", key, " world") { Nonce = append }).Is(HttpStatusCode.OK);
        await gateway.Signed(client, new Draft("PUT", key, "no", "If-None-Match: *") { Nonce = refused }).Problem(412, "precondition-failed");

        var first = await gateway.Get($"/v1/requests/{client.KeyId}/{put}").Json();
        Assert.Equal("executed", first.GetProperty("state").GetString());
        Assert.Matches("^[0-9a-f]{64}$", first.GetProperty("request").GetString());
        var result = first.GetProperty("result");
        Assert.Equal("created", result.GetProperty("code").GetString());
        Assert.Equal(created.Header("ETag"), result.GetProperty("etag").GetString());
        Assert.Equal(created.Header("Kv-Revision"), $"{result.GetProperty("revision").GetUInt64()}");
        Assert.Equal(result.GetProperty("revision").GetUInt64(), result.GetProperty("keyRevision").GetUInt64());
        Assert.Equal(5, result.GetProperty("length").GetInt32());

        var second = (await gateway.Get($"/v1/requests/{client.KeyId}/{append}").Json()).GetProperty("result");
        Assert.Equal("ok", second.GetProperty("code").GetString());
        Assert.Equal(5, second.GetProperty("offset").GetInt32());
        Assert.Equal(11, second.GetProperty("length").GetInt32());

        var third = (await gateway.Get($"/v1/requests/{client.KeyId}/{refused}").Json()).GetProperty("result");
        Assert.Equal("precondition-failed", third.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_certified_read_shows_what_it_read()
    {
        using var client = await HandSigner.For(gateway);
        await gateway.Put("/v1/kv/text", "gr\u00fc\u00df", "Content-Type: text/plain").Is(HttpStatusCode.Created);
        await gateway.Send(HttpMethod.Put, "/v1/kv/bytes", new ByteArrayContent([0xff, 0x00])).Is(HttpStatusCode.Created);
        var (text, bytes) = (HandSigner.NewNonce(), HandSigner.NewNonce());
        await gateway.Signed(client, new Draft("GET", "/v1/kv/text?consistency=certified") { Nonce = text }).Is(HttpStatusCode.OK);
        await gateway.Signed(client, new Draft("GET", "/v1/kv/bytes?consistency=certified") { Nonce = bytes }).Is(HttpStatusCode.OK);

        var readText = (await gateway.Get($"/v1/requests/{client.KeyId}/{text}").Json()).GetProperty("result");
        Assert.Equal("gr\u00fc\u00df", readText.GetProperty("value").GetString());
        Assert.Equal("text/plain", readText.GetProperty("contentType").GetString());
        var readBytes = (await gateway.Get($"/v1/requests/{client.KeyId}/{bytes}").Json()).GetProperty("result");
        Assert.Equal("/wA=", readBytes.GetProperty("valueB64").GetString());
        Assert.False(readBytes.TryGetProperty("value", out _));
    }

    [Theory]
    [InlineData("short", "AQIDBAUGBwgAAAAAAAAAKg")]
    [InlineData("PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgx", "AQIDBAUGBwgAAAAAAAAAKg")]
    [InlineData("PUAXw+hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw", "AQIDBAUGBwgAAAAAAAAAKg")]
    [InlineData("PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw", "AQIDBAUGBwgAAAAAAAAAK")]
    [InlineData("PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw", "AQIDBAUGBwgAAAAAAAAAKh")]
    [InlineData("PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw", "AQIDBAUGBwgAAAAAAAAAKg==")]
    public async Task Names_that_are_none_are_refused(string keyId, string nonce) =>
        await gateway.Get($"/v1/requests/{keyId}/{nonce}").Problem(400, "bad-parameter");

    [Fact]
    public async Task A_signed_request_without_an_answer_is_pending_until_the_same_bytes_get_one()
    {
        // Nobody notices that the primary is gone before the gateway gives up, so the request waits in the replicas.
        var options = Gateway.Quiet with { AnswerTimeout = TimeSpan.FromMilliseconds(500), Consensus = new ConsensusConfig { RequestTimeoutTicks = 1_000_000 } };
        var hasty = new Gateway { Options = options };
        await hasty.InitializeAsync();
        using var client = await HandSigner.For(hasty);
        await hasty.Fault(0, "stop");
        var draft = new Draft("POST", "/v1/kv/pending", "once");
        var headers = client.Sign(draft);
        var problem = await hasty.Sent("POST", draft.Target, draft.Body, headers).Problem(504, "outcome-unknown", "unknown");
        Assert.True(problem.GetProperty("retryable").GetBoolean());
        Assert.Contains("same bytes again", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var outcomeUrl = problem.GetProperty("outcomeUrl").GetString()!;
        Assert.StartsWith($"/v1/requests/{client.KeyId}/", outcomeUrl, StringComparison.Ordinal);

        using (var asked = await hasty.Get(outcomeUrl))
        {
            var pending = await asked.Json();
            Assert.Equal("pending", pending.GetProperty("state").GetString());
            Assert.Equal(problem.GetProperty("request").GetString(), pending.GetProperty("request").GetString());
            Assert.Equal("1", asked.Header("Retry-After"));
        }

        await hasty.Fault(0, "start");
        await Eventually(() => hasty.Sent("POST", draft.Target, draft.Body, headers), HttpStatusCode.Created);
        var executed = await hasty.Get(outcomeUrl).Json();
        Assert.Equal("executed", executed.GetProperty("state").GetString());
        Assert.Equal(problem.GetProperty("request").GetString(), executed.GetProperty("request").GetString());
        Assert.Equal("once", await hasty.Get(draft.Target).Body());
        await hasty.DisposeAsync();
    }

    [Fact]
    public async Task Without_a_quorum_nobody_can_say()
    {
        var alone = new Gateway();
        await alone.InitializeAsync();
        await alone.Fault(1, "stop");
        await alone.Fault(2, "stop");
        await alone.Get($"/v1/requests/PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw/{HandSigner.NewNonce()}").Problem(503, "no-quorum");
        await alone.DisposeAsync();
    }

    // Each request waits for its answer, so that this asks no more often than the shard can say.
    private static async Task Eventually(Func<Task<HttpResponseMessage>> ask, HttpStatusCode wanted)
    {
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            using var response = await ask();
            if (response.StatusCode == wanted) return;
            Assert.True(response.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout, await response.Body());
            Assert.True(deadline.Elapsed < _bound, await response.Body());
        }
    }
}
