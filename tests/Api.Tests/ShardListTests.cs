using System.Net;
using System.Text.Json;
using KvStore.Protocol;

namespace KvStore.Api.Tests;

/// <summary>Keys in order, over several shards.</summary>
public sealed class ShardListTests(ShardedGateway gateway) : IClassFixture<ShardedGateway>
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(1000)]
    public async Task The_pages_of_a_listing_have_all_keys_in_order_as_they_were_at_its_start(int limit)
    {
        var keys = Enumerable.Range(0, 13).Select(i => $"p{limit}/{i:00}").ToList();
        foreach (var key in keys) await gateway.Put("/v1/kv/" + key, "old").Is(HttpStatusCode.Created);
        var seen = new List<string>();
        string? revisions = null;
        var left = keys.Count;
        for (string? next = $"/v1/kv?limit={limit}&prefix=p{limit}/&count=true"; next is not null;)
        {
            using var response = await gateway.Get(next);
            var page = await response.Json();
            Assert.Null(response.Header("Kv-Revision"));
            Assert.Null(response.Header("Kv-Shard"));
            Assert.False(page.TryGetProperty("revision", out _) || page.TryGetProperty("shard", out _));
            revisions ??= page.GetProperty("revisions").GetRawText();
            Assert.Equal(revisions, page.GetProperty("revisions").GetRawText());
            Assert.Equal(left, page.GetProperty("total").GetInt32());
            var items = page.GetProperty("items").EnumerateArray().ToList();
            Assert.All(items, item => Assert.Equal("old", item.GetProperty("value").GetString()));
            seen.AddRange(items.Select(item => item.GetProperty("key").GetString()!));
            left -= items.Count;
            next = page.TryGetProperty("next", out var link) ? link.GetString() : null;
            foreach (var key in keys) await gateway.Put("/v1/kv/" + key, "new").Is(HttpStatusCode.OK);
            await gateway.Put($"/v1/kv/p{limit}/{seen.Count}.5", "new").Is(HttpStatusCode.Created);
        }

        Assert.Equal(keys, seen);
    }

    [Fact]
    public async Task Every_shard_has_a_revision_of_its_own_in_the_page()
    {
        for (var shard = 0; shard < ShardedGateway.Shards; shard++) await gateway.Put("/v1/kv/" + ShardedGateway.KeyOn(shard, "rev/"), "x").Is(HttpStatusCode.Created);
        var page = await gateway.Get("/v1/kv?prefix=rev/&keysOnly=true").Json();
        Assert.Equal(["0", "1", "2"], page.GetProperty("revisions").EnumerateObject().Select(each => each.Name));
        Assert.All(page.GetProperty("revisions").EnumerateObject(), each => Assert.True(each.Value.GetUInt64() >= 1));
        Assert.All(page.GetProperty("items").EnumerateArray(), item => Assert.False(item.TryGetProperty("value", out _)));
    }

    [Theory]
    [InlineData("consistency=certified", "")]
    [InlineData("consistency=local", "")]
    [InlineData("consistency=linearizable", "application/x-ndjson")]
    public async Task However_it_is_asked_for_it_is_in_order(string query, string accept)
    {
        var keys = Enumerable.Range(0, 9).Select(i => $"{query}/{i}").ToList();
        foreach (var key in keys) await gateway.Put("/v1/kv/" + Uri.EscapeDataString(key), "x").Is(HttpStatusCode.Created);
        await gateway.Get("/v1/kv?keysOnly=1").Is(HttpStatusCode.OK); // What is acknowledged is then executed by the replica that is read.
        using var response = await gateway.Get($"/v1/kv?prefix={Uri.EscapeDataString(query)}/&{query}", $"Accept: {accept}");
        Assert.Equal(keys, accept.Length == 0 ? Items(await response.Json()) : Lines(await response.Body()));
        Assert.Equal(accept.Length == 0 ? "application/json" : accept, response.Header("Content-Type"));

        static IEnumerable<string?> Items(JsonElement page) => page.GetProperty("items").EnumerateArray().Select(Key);
        static IEnumerable<string?> Lines(string body) =>
            body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Key(JsonDocument.Parse(line).RootElement));
        static string? Key(JsonElement item) => item.GetProperty("key").GetString();
    }

    [Fact]
    public async Task A_certified_listing_goes_on_page_by_page()
    {
        foreach (var i in Enumerable.Range(0, 5)) await gateway.Put($"/v1/kv/cert/{i}", "x").Is(HttpStatusCode.Created);
        var first = await gateway.Get("/v1/kv?prefix=cert/&limit=3&consistency=certified").Json();
        Assert.DoesNotContain("at=", first.GetProperty("next").GetString(), StringComparison.Ordinal);
        var second = await gateway.Get(first.GetProperty("next").GetString()!).Json();
        Assert.Equal(["cert/3", "cert/4"], second.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("key").GetString()));
    }

    [Theory]
    [InlineData("r1", 400, "bad-parameter")]
    [InlineData("r1.2", 400, "bad-parameter")]
    [InlineData("r1.2.x", 400, "bad-parameter")]
    [InlineData("r1.2.-3", 400, "bad-parameter")]
    [InlineData("1.2.3", 400, "bad-parameter")]
    [InlineData("r1.2.3.4", 400, "bad-parameter")]
    [InlineData("r999998.999998.999998", 410, "listing-gone")]
    public async Task A_listing_goes_on_only_from_where_one_was(string at, int status, string code) =>
        await gateway.Get($"/v1/kv?limit=1&after=YQ&at={at}").Problem(status, code);

    [Fact]
    public async Task A_page_of_large_values_is_no_larger_than_with_one_shard()
    {
        var value = new string('v', 900_000);
        foreach (var i in Enumerable.Range(0, 6)) await gateway.Put($"/v1/kv/big/{i}", value).Is(HttpStatusCode.Created);
        var first = await gateway.Get("/v1/kv?prefix=big/").Json();
        Assert.Equal(new StateLimits().ListPageBytesMax / value.Length, first.GetProperty("items").GetArrayLength());
        var second = await gateway.Get(first.GetProperty("next").GetString()!).Json();
        Assert.Equal(6, first.GetProperty("items").GetArrayLength() + second.GetProperty("items").GetArrayLength());
    }
}
