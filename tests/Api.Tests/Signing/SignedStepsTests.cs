using System.Net;

namespace KvStore.Api.Tests;

/// <summary>Transactions, batches and listings that their clients signed, over several shards.</summary>
public sealed class SignedStepsTests(ShardedGateway gateway) : IClassFixture<ShardedGateway>
{
    private const string Json = "Content-Type: application/json";

    [Fact]
    public async Task A_transaction_that_is_sent_again_is_carried_out_once()
    {
        using var client = await HandSigner.For(gateway);
        var draft = new Draft("POST", "/v1/txn", """{"then":[{"op":"append","key":"signed-txn","value":"x"}]}""", Json);
        var headers = client.Sign(draft);
        string? first = null;
        for (var i = 0; i < 3; i++)
        {
            using var answer = await gateway.Sent("POST", draft.Target, draft.Body, headers);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(i == 0 ? null : "true", answer.Header("Idempotent-Replayed"));
            first ??= await answer.Body();
            Assert.Equal(first, await answer.Body());
        }

        Assert.Equal("x", await gateway.Get("/v1/kv/signed-txn").Body());
    }

    [Fact]
    public async Task A_batch_is_one_request_at_every_shard_and_is_carried_out_once_at_each()
    {
        using var client = await HandSigner.For(gateway);
        var keys = Enumerable.Range(0, ShardedGateway.Shards).Select(shard => ShardedGateway.KeyOn(shard, "signed-batch-")).ToList();
        var body = $$"""{"operations":[{{string.Join(',', keys.Select(key => $$"""{"op":"append","key":"{{key}}","value":"x"}"""))}}]}""";
        var draft = new Draft("POST", "/v1/batch", body, Json);
        var headers = client.Sign(draft);
        using (var answer = await gateway.Sent("POST", draft.Target, body, headers)) Assert.Null(answer.Header("Idempotent-Replayed"));
        using (var again = await gateway.Sent("POST", draft.Target, body, headers))
        {
            Assert.Equal("true", again.Header("Idempotent-Replayed"));
            Assert.All((await again.Json()).GetProperty("results").EnumerateArray(), result => Assert.Equal("created", result.GetProperty("status").GetString()));
        }

        foreach (var key in keys) Assert.Equal("x", await gateway.Get("/v1/kv/" + key).Body());
    }

    [Fact]
    public async Task A_batch_of_which_one_shard_was_down_is_completed_by_its_retry()
    {
        await using var own = new ShardedGateway();
        await own.InitializeAsync();
        using var client = await HandSigner.For(own);
        var (there, gone) = (ShardedGateway.KeyOn(0, "half-"), ShardedGateway.KeyOn(1, "half-"));
        var draft = new Draft("POST", "/v1/batch", $$"""{"operations":[{"op":"append","key":"{{there}}","value":"x"},{"op":"append","key":"{{gone}}","value":"x"}]}""", Json);
        var headers = client.Sign(draft);
        foreach (var replica in (int[])[2, 3]) await own.Fault(replica, "stop", shard: 1);
        Assert.Equal(["created", "error"], await Statuses());
        foreach (var replica in (int[])[2, 3]) await own.Fault(replica, "start", shard: 1);
        while ((await Statuses())[1] == "error") TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        Assert.Equal("x", await own.Get("/v1/kv/" + there).Body());
        Assert.Equal("x", await own.Get("/v1/kv/" + gone).Body());

        async Task<List<string?>> Statuses()
        {
            var answer = await own.Sent("POST", draft.Target, draft.Body, headers).Json();
            return [.. answer.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("status").GetString())];
        }
    }

    [Fact]
    public async Task A_signature_over_another_body_is_refused()
    {
        using var client = await HandSigner.For(gateway);
        var headers = client.Sign(new Draft("POST", "/v1/batch", """{"operations":[{"op":"get","key":"a"}]}""", Json));
        await gateway.Sent("POST", "/v1/batch", """{"operations":[{"op":"delete","key":"a"}]}""", headers).Problem(400, "bad-content-digest");
        await gateway.Sent("POST", "/v1/txn", """{"operations":[{"op":"get","key":"a"}]}""", headers).Problem(401, "bad-signature");
    }

    [Fact]
    public async Task A_certified_listing_is_ordered_at_every_shard_under_one_signature()
    {
        using var client = await HandSigner.For(gateway);
        for (var shard = 0; shard < ShardedGateway.Shards; shard++) await gateway.Put("/v1/kv/" + ShardedGateway.KeyOn(shard, "signed-list-"), "x").Is(HttpStatusCode.Created);
        var draft = new Draft("GET", "/v1/kv?prefix=signed-list-&keysOnly=true&consistency=certified");
        var headers = client.Sign(draft);
        var first = await gateway.Sent("GET", draft.Target, null, headers).Json();
        Assert.Equal(ShardedGateway.Shards, first.GetProperty("items").GetArrayLength());
        await gateway.Put("/v1/kv/signed-list-later", "x").Is(HttpStatusCode.Created);
        using var again = await gateway.Sent("GET", draft.Target, null, headers);
        Assert.Equal("true", again.Header("Idempotent-Replayed"));
        Assert.Equal(first.GetRawText(), (await again.Json()).GetRawText());
    }
}
