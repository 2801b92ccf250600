using System.Net;
using System.Text.Json;

namespace KvStore.Api.Tests;

/// <summary><c>POST /v1/txn</c>: one branch is carried out, all of it or nothing.</summary>
public sealed class TransactionTests(ShardedGateway gateway) : IClassFixture<ShardedGateway>
{
    private const string Path = "/v1/txn";

    [Fact]
    public async Task A_transaction_compares_and_does_all_as_one_change()
    {
        await gateway.Put("/v1/kv/{t1}/a", "100").Is(HttpStatusCode.Created);
        var a = await gateway.Put("/v1/kv/{t1}/a", "90").ETag();
        using var response = await gateway.PostJson(Path, $$"""
            {"if":[{"key":"{t1}/a","revision":{{a.Trim('"')[1..]}}},{"key":"{t1}/b","exists":false},{"key":"{t1}/a","value":"90"}],
             "then":[{"op":"put","key":"{t1}/a","value":"80","contentType":"text/plain"},{"op":"append","key":"{t1}/b","value":"x"},
                     {"op":"get","key":"{t1}/a"},{"op":"delete","key":"{t1}/none"},{"op":"get","key":"{t1}/none"}],
             "else":[{"op":"delete","key":"{t1}/a"}]}
            """);
        var answer = await response.Json();
        Assert.True(answer.GetProperty("succeeded").GetBoolean());
        Assert.Equal(response.Header("Kv-Revision"), answer.GetProperty("revision").GetRawText());
        Assert.Equal(response.Header("Kv-Shard"), answer.GetProperty("shard").GetRawText());
        var results = answer.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(["put ok", "append created", "get ok", "delete not-found", "get not-found"], results.Select(Ended));
        Assert.Equal(["{t1}/a", "{t1}/b", "{t1}/a", "{t1}/none", "{t1}/none"], results.Select(result => result.GetProperty("key").GetString()));
        Assert.All(results.Take(3), result => Assert.Equal(answer.GetProperty("revision").GetUInt64(), result.GetProperty("revision").GetUInt64()));
        Assert.Equal(("80", "text/plain", 2), (results[2].GetProperty("value").GetString(), results[2].GetProperty("contentType").GetString(), results[2].GetProperty("length").GetInt32()));
        Assert.Equal((0, 1), (results[1].GetProperty("offset").GetInt32(), results[1].GetProperty("length").GetInt32()));
        using var get = await gateway.Get("/v1/kv/{t1}/a");
        Assert.Equal($"\"r{answer.GetProperty("revision").GetRawText()}\"", get.Header("ETag"));
        Assert.Equal(get.Header("ETag"), results[0].GetProperty("etag").GetString());
    }

    [Fact]
    public async Task The_other_branch_is_carried_out_when_one_comparison_does_not_hold()
    {
        await gateway.Put("/v1/kv/{t2}/a", "1").Is(HttpStatusCode.Created);
        var answer = await gateway.PostJson(Path, """
            {"if":[{"key":"{t2}/a","value":"1"},{"key":"{t2}/a","revision":0}],"then":[{"op":"delete","key":"{t2}/a"}],"else":[{"op":"get","key":"{t2}/a","range":"bytes=0-0"}]}
            """).Json();
        Assert.False(answer.GetProperty("succeeded").GetBoolean());
        Assert.Equal("get ok", Ended(Assert.Single(answer.GetProperty("results").EnumerateArray())));
        var nothing = await gateway.PostJson(Path, """{"if":[{"key":"{t2}/a","exists":false}],"then":[{"op":"delete","key":"{t2}/a"}]}""").Json();
        Assert.Equal((false, 0), (nothing.GetProperty("succeeded").GetBoolean(), nothing.GetProperty("results").GetArrayLength()));
    }

    [Theory]
    [InlineData("""{"op":"slice","key":"{t3}/a","start":2,"end":9}""", 422, "slice-outside-value")]
    [InlineData("""{"op":"slice","key":"{t3}/none","start":0}""", 404, "not-found")]
    [InlineData("""{"op":"append","key":"{t3}/a","value":"x","ifLength":7}""", 412, "precondition-failed")]
    public async Task A_step_that_is_refused_refuses_all_and_is_named(string step, int status, string code)
    {
        using (await gateway.Put("/v1/kv/{t3}/a", "abc"))
        {
            var before = await gateway.Get("/v1/kv/{t3}/a").ETag();
            using var response = await gateway.PostJson(Path, $$"""{"then":[{"op":"put","key":"{t3}/a","value":"abc"},{{step}}]}""");
            var problem = await response.Problem(status, code);
            Assert.Equal(1, problem.GetProperty("step").GetInt32());
            Assert.StartsWith("then[1]: ", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.Null(response.Header("ETag")); // The path is not the key's.
            Assert.NotNull(response.Header("Kv-Shard"));
            Assert.Equal(before, await gateway.Get("/v1/kv/{t3}/a").ETag());
        }
    }

    [Fact]
    public async Task What_is_read_together_has_a_limit_that_is_named()
    {
        var value = new string('v', 900_000);
        for (var i = 0; i < 5; i++) await gateway.Put($"/v1/kv/{{t4}}/{i}", value).Is(HttpStatusCode.Created);
        var gets = string.Join(',', Enumerable.Range(0, 5).Select(i => $$"""{"op":"get","key":"{t4}/{{i}}"}"""));
        var problem = await gateway.PostJson(Path, $$"""{"then":[{{gets}}]}""").Problem(413, "answer-too-large");
        Assert.Equal(("batchBytesMax", 4, 4 * 1024 * 1024), (problem.GetProperty("limit").GetString(), problem.GetProperty("step").GetInt32(), problem.GetProperty("max").GetInt32()));
        var tooLong = await gateway.PostJson(Path, $$"""{"else":[{"op":"append","key":"{t4}/0","value":"{{new string('v', 200_000)}}"}],"if":[{"key":"{t4}/0","exists":false}]}""")
            .Problem(413, "value-too-large");
        Assert.Equal("valueBytesMax", tooLong.GetProperty("limit").GetString());
        Assert.StartsWith("else[0]: ", tooLong.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_of_several_shards_are_refused_with_what_to_do()
    {
        var (one, other) = (ShardedGateway.KeyOn(0, "cross-"), ShardedGateway.KeyOn(1, "cross-"));
        foreach (var body in (string[])
                 [
                     $$"""{"then":[{"op":"put","key":"{{one}}","value":"1"},{"op":"put","key":"{{other}}","value":"1"}]}""",
                     $$"""{"if":[{"key":"{{one}}","exists":true}],"else":[{"op":"put","key":"{{other}}","value":"1"}]}""",
                 ])
        {
            var problem = await gateway.PostJson(Path, body).Problem(422, "cross-shard");
            var detail = problem.GetProperty("detail").GetString()!;
            foreach (var part in (string[])[$"'{one}' is on shard 0", $"'{other}' on shard 1", "{order-7}/item", "/v1/batch"]) Assert.Contains(part, detail, StringComparison.Ordinal);
        }

        await gateway.Get("/v1/kv/" + one).Problem(404, "not-found");
        await gateway.Get("/v1/kv/" + other).Problem(404, "not-found");
    }

    [Theory]
    [InlineData("", "bad-transaction")]
    [InlineData("[]", "bad-transaction")]
    [InlineData("{}", "bad-transaction")]
    [InlineData("""{"then":[]}""", "bad-transaction")]
    [InlineData("""{"then":[{"op":"put","key":"a","value":"x","value":"y"}]}""", "bad-transaction")]
    [InlineData("""{"then":[{"op":"put","key":"a","value":"x","ifRevision":1}]}""", "bad-transaction")]
    [InlineData("""{"then":[{"op":"get","key":""}]}""", "empty-key")]
    [InlineData("""{"then":[{"op":"get","keyB64":"YR"}]}""", "bad-key")]
    [InlineData("""{"then":[{"op":"get","key":"a"}]} x""", "bad-transaction")]
    public async Task A_body_that_is_no_transaction_is_refused(string json, string code) => await gateway.PostJson(Path, json).Problem(400, code);

    [Fact]
    public async Task A_refusal_names_the_place_in_the_body()
    {
        var problem = await gateway.PostJson(Path, """{"if":[],"then":[{"op":"get","key":"a"},{"op":"put","key":"a","value":7}]}""").Problem(400, "bad-transaction");
        Assert.Contains("then[1].value", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("If-Match: \"r1\"")]
    [InlineData("If-None-Match: *")]
    [InlineData("Range: bytes=0-1")]
    [InlineData("Kv-If-Length: 1")]
    public async Task Conditions_stand_in_the_body_and_not_in_headers(string header)
    {
        await gateway.PostJson(Path, """{"then":[{"op":"get","key":"a"}]}""", header).Problem(400, "unexpected-header");
        await gateway.PostJson("/v1/batch", """{"operations":[{"op":"get","key":"a"}]}""", header).Problem(400, "unexpected-header");
    }

    [Fact]
    public async Task What_is_wrong_around_the_body_is_refused()
    {
        const string body = """{"then":[{"op":"get","key":"a"}]}""";
        await gateway.Post(Path, body).Problem(415, "bad-content-type");
        await gateway.Post(Path, body, "Content-Type: text/plain").Problem(415, "bad-content-type");
        await gateway.PostJson(Path + "?ttl=5", body).Problem(400, "unknown-parameter");
        await gateway.PostJson(Path, body, "Origin: http://evil.example").Problem(403, "cross-origin");
        await gateway.PostJson(Path, body, "Content-Encoding: gzip").Problem(415, "bad-content-encoding");
        await gateway.PostJson("/v1/TXN", body).Problem(404, "unknown-path");
        var large = await gateway.PostJson(Path, new string(' ', 4 * 1024 * 1024) + body).Problem(413, "batch-too-large");
        Assert.Equal(("batchBytesMax", 4 * 1024 * 1024), (large.GetProperty("limit").GetString(), large.GetProperty("max").GetInt32()));
        var many = string.Join(',', Enumerable.Repeat("""{"op":"get","key":"a"}""", 1025));
        var refused = await gateway.PostJson(Path, $$"""{"then":[{{many}}]}""").Problem(413, "too-many-operations");
        Assert.Equal(("operationsMax", 1024), (refused.GetProperty("limit").GetString(), refused.GetProperty("max").GetInt32()));
    }

    [Fact]
    public async Task Keys_and_values_that_are_no_text_go_and_come_in_base64()
    {
        var answer = await gateway.PostJson(Path, """{"then":[{"op":"put","keyB64":"_wA","valueB64":"/wA="},{"op":"get","keyB64":"_wA"}]}""").Json();
        var get = answer.GetProperty("results")[1];
        Assert.Equal(("_wA", "/wA="), (get.GetProperty("keyB64").GetString(), get.GetProperty("valueB64").GetString()));
        Assert.Equal([0xff, 0x00], await gateway.Client.GetByteArrayAsync("/v1/kvb/_wA", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_range_outside_of_a_value_is_an_error_of_that_read_alone()
    {
        var answer = await gateway.PostJson(Path, """{"then":[{"op":"put","key":"t9","value":"abc"},{"op":"get","key":"t9","range":"bytes=9-"}]}""").Json();
        var results = answer.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal("get error", Ended(results[1]));
        Assert.Equal("range-not-satisfiable", results[1].GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("abc", await gateway.Get("/v1/kv/t9").Body());
    }

    private static string Ended(JsonElement result) => $"{result.GetProperty("op").GetString()} {result.GetProperty("status").GetString()}";
}
