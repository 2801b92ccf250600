using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using KvStore.Protocol;

namespace KvStore.Api.Tests;

/// <summary>Several shards in one process: every key is on one of them, and all of them are told of.</summary>
public sealed class ShardTests(ShardedGateway gateway) : IClassFixture<ShardedGateway>
{
    [Fact]
    public async Task Every_answer_names_the_shard_that_the_map_gives_the_key()
    {
        var map = new ShardMap(ShardedGateway.Shards);
        var shards = new HashSet<string>(StringComparer.Ordinal);
        foreach (var i in Enumerable.Range(0, 24))
        {
            var key = $"spread-{i}";
            var shard = map.ShardOf(Encoding.UTF8.GetBytes(key)).Number.ToString(CultureInfo.InvariantCulture);
            shards.Add(shard);
            using var put = await gateway.Put("/v1/kv/" + key, key);
            Assert.Equal(HttpStatusCode.Created, put.StatusCode);
            Assert.Equal(shard, put.Header("Kv-Shard"));
            using var get = await gateway.Get("/v1/kv/" + key);
            Assert.Equal(shard, get.Header("Kv-Shard"));
            Assert.Equal(key, await get.Body());
        }

        Assert.Equal(ShardedGateway.Shards, shards.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_verb_finds_the_keys_shard(int shard)
    {
        var path = "/v1/kv/" + ShardedGateway.KeyOn(shard, "verb-");
        await gateway.Put(path, "hello").Is(HttpStatusCode.Created);
        await gateway.Post(path, " world").Is(HttpStatusCode.OK);
        await gateway.Slice(path, """{"start":1,"end":7}""").Is(HttpStatusCode.OK);
        foreach (var consistency in (string[])["linearizable", "certified", "local"])
        {
            using var get = await gateway.Get($"{path}?consistency={consistency}");
            Assert.Equal("ello w", await get.Body());
            Assert.Equal(shard.ToString(CultureInfo.InvariantCulture), get.Header("Kv-Shard"));
        }

        using var refused = await gateway.Put(path, "late", "If-None-Match: *");
        await refused.Problem(412, "precondition-failed");
        Assert.Equal(shard.ToString(CultureInfo.InvariantCulture), refused.Header("Kv-Shard"));
        await gateway.Delete(path).Is(HttpStatusCode.NoContent);
        using var gone = await gateway.Get(path);
        await gone.Problem(404, "not-found");
        Assert.Equal(shard.ToString(CultureInfo.InvariantCulture), gone.Header("Kv-Shard"));
    }

    [Fact]
    public async Task Keys_with_one_tag_share_a_shard()
    {
        var shards = new HashSet<string?>(StringComparer.Ordinal);
        foreach (var i in Enumerable.Range(0, 12))
        {
            using var put = await gateway.Put($"/v1/kv/{{tag}}/{i}", "x");
            shards.Add(put.Header("Kv-Shard"));
        }

        Assert.Single(shards);
    }

    [Fact]
    public async Task Health_status_and_cluster_tell_of_every_shard()
    {
        var ready = await gateway.Get("/readyz?verbose").Body();
        Assert.All(Enumerable.Range(0, ShardedGateway.Shards), shard => Assert.Contains($"[+] shard-{shard}: ready", ready, StringComparison.Ordinal));
        Assert.Equal([0, 1, 2], Numbers((await gateway.Get("/v1/status").Json()).GetProperty("shards")));
        var groups = (await gateway.Get("/v1/cluster").Json()).GetProperty("groups");
        Assert.Equal([0, 1, 2], Numbers(groups));
        var members = groups.EnumerateArray().SelectMany(group => group.GetProperty("members").EnumerateArray()).Select(member => member.GetString()).ToList();
        Assert.Equal(members.Count, members.Distinct(StringComparer.Ordinal).Count());

        static IEnumerable<int> Numbers(JsonElement shards) => shards.EnumerateArray().Select(shard => shard.GetProperty("shard").GetInt32());
    }
}
