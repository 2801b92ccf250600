using System.Net;
using System.Text.Json;

namespace KvStore.Api.Tests;

/// <summary><c>POST /v1/batch</c>: independent operations on keys of any shards.</summary>
public sealed class BatchTests(ShardedGateway gateway) : IClassFixture<ShardedGateway>
{
    private const string Path = "/v1/batch";

    [Fact]
    public async Task Every_operation_has_its_result_in_its_place_whatever_its_shard()
    {
        var keys = Enumerable.Range(0, 12).Select(i => ShardedGateway.KeyOn(i % ShardedGateway.Shards, $"in-place-{i}-")).ToList();
        var puts = string.Join(',', keys.Select(key => $$"""{"op":"put","key":"{{key}}","value":"of {{key}}"}"""));
        using var response = await gateway.PostJson(Path, $$"""{"operations":[{{puts}}]}""");
        Assert.Null(response.Header("Kv-Shard"));
        var results = Results(await response.Json());
        Assert.Equal(keys, results.Select(result => result.GetProperty("key").GetString()));
        Assert.Equal(keys.Select((_, i) => i % ShardedGateway.Shards), results.Select(result => result.GetProperty("shard").GetInt32()));
        Assert.All(results, result => Assert.Equal("created", result.GetProperty("status").GetString()));
        foreach (var (key, result) in keys.Zip(results))
        {
            using var get = await gateway.Get("/v1/kv/" + key);
            Assert.Equal($"of {key}", await get.Body());
            Assert.Equal(get.Header("ETag"), result.GetProperty("etag").GetString());
        }
    }

    [Fact]
    public async Task Operations_on_one_shard_are_carried_out_in_order_and_each_is_a_change_of_its_own()
    {
        var key = ShardedGateway.KeyOn(1, "in-order-");
        using var response = await gateway.PostJson(Path, $$"""
            {"operations":[{"op":"put","key":"{{key}}","value":"hello"},{"op":"append","key":"{{key}}","value":" world"},{"op":"slice","key":"{{key}}","start":6},
                           {"op":"get","key":"{{key}}"},{"op":"get","key":"{{key}}","range":"bytes=1-2"},{"op":"delete","key":"{{key}}"},{"op":"delete","key":"{{key}}"}]}
            """);
        Assert.Equal("1", response.Header("Kv-Shard"));
        var results = Results(await response.Json());
        Assert.Equal(["created", "ok", "ok", "ok", "ok", "ok", "not-found"], results.Select(result => result.GetProperty("status").GetString()));
        Assert.Equal(["world", "or"], results.Skip(3).Take(2).Select(result => result.GetProperty("value").GetString()));
        Assert.Equal((1, 5), (results[4].GetProperty("offset").GetInt32(), results[4].GetProperty("length").GetInt32()));
        var first = results[0].GetProperty("revision").GetUInt64();
        Assert.Equal([first, first + 1, first + 2, first + 2, first + 2, first + 3], results.Take(6).Select(result => result.GetProperty("revision").GetUInt64()));
        Assert.Equal((first + 3).ToString(System.Globalization.CultureInfo.InvariantCulture), response.Header("Kv-Revision"));
        Assert.False(results[6].TryGetProperty("revision", out _));
    }

    [Fact]
    public async Task What_is_refused_has_the_problem_that_it_would_have_alone_and_the_others_go_on()
    {
        var (one, other) = (ShardedGateway.KeyOn(0, "refused-"), ShardedGateway.KeyOn(2, "refused-"));
        var etag = await gateway.Put("/v1/kv/" + one, "abc").ETag();
        var results = Results(await gateway.PostJson(Path, $$"""
            {"operations":[{"op":"put","key":"{{one}}","value":"x","ifRevision":0},{"op":"put","key":"{{one}}","value":"xyz","ifRevision":{{etag.Trim('"')[1..]}}},
                           {"op":"get","key":"{{one}}","range":"bytes=7-"},{"op":"slice","key":"{{other}}","start":0},{"op":"append","key":"{{other}}","value":"y","ifLength":0},
                           {"op":"slice","key":"{{other}}","start":3,"end":4},{"op":"delete","key":"{{other}}","ifRevision":999999},{"op":"get","key":"{{one}}","ifRevision":0}]}
            """).Json());
        Assert.Equal(["error", "ok", "error", "error", "created", "error", "error", "not-modified"], results.Select(result => result.GetProperty("status").GetString()));
        var refused = results.Where(result => result.TryGetProperty("error", out _)).Select(result => result.GetProperty("error")).ToList();
        Assert.Equal(["precondition-failed", "range-not-satisfiable", "not-found", "slice-outside-value", "precondition-failed"], refused.Select(error => error.GetProperty("code").GetString()));
        Assert.All(refused, error => Assert.Equal("not-applied", error.GetProperty("outcome").GetString()));
        Assert.Equal(etag, refused[0].GetProperty("etag").GetString());
        Assert.Equal("xyz", await gateway.Get("/v1/kv/" + one).Body());
    }

    [Fact]
    public async Task What_does_not_fit_into_the_answer_is_refused_by_itself()
    {
        var value = new string('v', 900_000);
        for (var i = 0; i < 5; i++) await gateway.Put($"/v1/kv/{{fit}}/{i}", value).Is(HttpStatusCode.Created);
        var gets = string.Join(',', Enumerable.Range(0, 5).Select(i => $$"""{"op":"get","key":"{fit}/{{i}}"}"""));
        var results = Results(await gateway.PostJson(Path, $$"""{"operations":[{{gets}}]}""").Json());
        Assert.Equal(["ok", "ok", "ok", "ok", "error"], results.Select(result => result.GetProperty("status").GetString()));
        Assert.Equal("answer-too-large", results[4].GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(value, results[3].GetProperty("value").GetString());
    }

    [Fact]
    public async Task Refusals_within_a_batch_are_counted()
    {
        var before = await Count();
        await gateway.PostJson(Path, """{"operations":[{"op":"slice","key":"counted","start":0},{"op":"slice","key":"counted","start":0}]}""").Is(HttpStatusCode.OK);
        Assert.Equal(before + 2, await Count());

        async Task<long> Count()
        {
            var refused = (await gateway.Get("/v1/status").Json()).GetProperty("refused");
            return refused.TryGetProperty("not-found", out var count) ? count.GetInt64() : 0;
        }
    }

    [Theory]
    [InlineData("", "bad-batch")]
    [InlineData("""{"operations":[]}""", "bad-batch")]
    [InlineData("""{"operations":[{"op":"jump","key":"a"}]}""", "bad-batch")]
    [InlineData("""{"operations":[{"op":"put","key":"a"}]}""", "bad-batch")]
    [InlineData("""{"operations":[{"op":"put","key":"a","value":"x","valueB64":"eA=="}]}""", "bad-batch")]
    [InlineData("""{"operations":[{"op":"get","key":"a"}],"atomic":true}""", "bad-batch")]
    [InlineData("""{"operations":[{"op":"get","key":"a","range":"lines=1"}]}""", "bad-range")]
    public async Task A_body_that_is_no_batch_is_refused(string json, string code) => await gateway.PostJson(Path, json).Problem(400, code);

    [Fact]
    public async Task What_is_wrong_around_the_body_is_refused()
    {
        const string body = """{"operations":[{"op":"get","key":"a"}]}""";
        await gateway.Post(Path, body).Problem(415, "bad-content-type");
        await gateway.PostJson(Path + "?x=1", body).Problem(400, "unknown-parameter");
        await gateway.PostJson(Path, body, "Origin: null").Problem(403, "cross-origin");
        await gateway.PostJson(Path, body + new string(' ', 4 * 1024 * 1024)).Problem(413, "batch-too-large");
        var many = string.Join(',', Enumerable.Repeat("""{"op":"get","key":"a"}""", 1025));
        await gateway.PostJson(Path, $$"""{"operations":[{{many}}]}""").Problem(413, "too-many-operations");
        await gateway.PostJson(Path, $$"""{"operations":[{"op":"get","key":"{{new string('k', 1025)}}"}]}""").Problem(413, "key-too-long");
    }

    private static List<JsonElement> Results(JsonElement answer) => [.. answer.GetProperty("results").EnumerateArray()];
}
