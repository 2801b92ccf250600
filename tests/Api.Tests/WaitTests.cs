using System.Globalization;
using System.Net;

namespace KvStore.Api.Tests;

/// <summary><c>GET /v1/kv/{key}?wait=</c>: the answer comes when there is something new.</summary>
public sealed class WaitTests(Gateway gateway) : IClassFixture<Gateway>
{
    [Fact]
    public async Task A_change_is_the_answer_to_who_waits_with_the_old_entity_tag()
    {
        var etag = await gateway.Put("/v1/kv/w/change", "old").ETag();
        var waiting = gateway.Get("/v1/kv/w/change?wait=60s", $"If-None-Match: {etag}");
        await Waiters(gateway, 1);
        await gateway.Put("/v1/kv/w/other", "x").Is(HttpStatusCode.Created); // Another key's change is none.
        await gateway.Post("/v1/kv/w/change", " and new").Is(HttpStatusCode.OK);
        using var answer = await waiting;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("old and new", await answer.Body());
        Assert.NotEqual(etag, answer.Header("ETag"));
        await Waiters(gateway, 0);
    }

    [Fact]
    public async Task Without_an_entity_tag_it_waits_for_the_key_to_be_there()
    {
        var waiting = gateway.Get("/v1/kv/w/absent?wait=60");
        await Waiters(gateway, 1);
        await gateway.Put("/v1/kv/w/absent", "here").Is(HttpStatusCode.Created);
        Assert.Equal("here", await waiting.Body());
        Assert.Equal("here", await gateway.Get("/v1/kv/w/absent?wait=60s").Body()); // It is there, so there is nothing to wait for.
    }

    [Fact]
    public async Task What_changed_before_is_answered_at_once()
    {
        var etag = await gateway.Put("/v1/kv/w/before", "old").ETag();
        await gateway.Put("/v1/kv/w/before", "new").Is(HttpStatusCode.OK);
        Assert.Equal("new", await gateway.Get("/v1/kv/w/before?wait=60s", $"If-None-Match: {etag}").Body());
        await gateway.Delete("/v1/kv/w/before").Is(HttpStatusCode.NoContent);
        await gateway.Get("/v1/kv/w/before?wait=60s", $"If-None-Match: {etag}").Problem(404, "not-found");
    }

    [Fact]
    public async Task A_deletion_is_news_to_who_has_a_value()
    {
        var etag = await gateway.Put("/v1/kv/w/deleted", "x").ETag();
        var waiting = gateway.Get("/v1/kv/w/deleted?wait=60s", $"If-None-Match: {etag}");
        await Waiters(gateway, 1);
        await gateway.Delete("/v1/kv/w/deleted").Is(HttpStatusCode.NoContent);
        await waiting.Problem(404, "not-found");
    }

    [Theory]
    [InlineData("wait=50ms")]
    [InlineData("wait=0")]
    [InlineData("wait=0s")]
    [InlineData("consistency=local&wait=50ms")]
    public async Task When_nothing_happens_the_answer_after_the_wait_says_so(string query)
    {
        var etag = await gateway.Put("/v1/kv/w/still", "x").ETag();
        using var same = await gateway.Get($"/v1/kv/w/still?{query}", $"If-None-Match: {etag}");
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        Assert.Equal(etag, same.Header("ETag"));
        await gateway.Get($"/v1/kv/w/nowhere?{query}").Problem(404, "not-found");
        await gateway.Send(HttpMethod.Head, $"/v1/kv/w/nowhere?{query}").Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_transaction_and_a_batch_wake_as_well()
    {
        var one = gateway.Get("/v1/kv/w/by-txn?wait=60s");
        var two = gateway.Get("/v1/kv/w/by-batch?wait=60s");
        await Waiters(gateway, 2);
        await gateway.PostJson("/v1/txn", """{"then":[{"op":"put","key":"w/by-txn","value":"1"}]}""").Is(HttpStatusCode.OK);
        await gateway.PostJson("/v1/batch", """{"operations":[{"op":"append","key":"w/by-batch","value":"2"}]}""").Is(HttpStatusCode.OK);
        Assert.Equal("1", await one.Body());
        Assert.Equal("2", await two.Body());
    }

    [Fact]
    public async Task Who_hangs_up_waits_no_more()
    {
        using var cancel = new CancellationTokenSource();
        var waiting = gateway.Client.GetAsync("/v1/kv/w/hangs-up?wait=60s", cancel.Token);
        await Waiters(gateway, 1);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Waiters(gateway, 0);
    }

    [Theory]
    [InlineData("wait=61s")]
    [InlineData("wait=60001ms")]
    [InlineData("wait=99999999999")]
    [InlineData("wait=")]
    [InlineData("wait")]
    [InlineData("wait=1m")]
    [InlineData("wait=-1s")]
    [InlineData("wait=+1s")]
    [InlineData("wait=1.5s")]
    [InlineData("wait=s")]
    [InlineData("wait=1s&consistency=certified")]
    public async Task A_wait_that_is_none_is_refused(string query) => await gateway.Get("/v1/kv/w/refused?" + query).Problem(400, "bad-parameter");

    [Fact]
    public async Task A_wait_that_is_too_long_is_told_the_limit()
    {
        var problem = await gateway.Get("/v1/kv/w/long?wait=5000s").Problem(400, "bad-parameter");
        Assert.Contains("60s", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await gateway.Put("/v1/kv/w/long?wait=1s", "x").Problem(400, "unknown-parameter");
    }

    /// <summary>Until so many wait: each question waits for its answer, so this asks no more often than the gateway can say.</summary>
    internal static async Task Waiters(Gateway gateway, int count)
    {
        var wanted = string.Create(CultureInfo.InvariantCulture, $"kv_shard_key_waiters{{shard=\"0\"}} {count}\n");
        while (!(await gateway.Get("/metrics").Body()).Contains(wanted, StringComparison.Ordinal)) TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
    }
}
