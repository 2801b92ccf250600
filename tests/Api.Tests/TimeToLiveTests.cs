using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace KvStore.Api.Tests;

/// <summary><c>PUT /v1/kv/{key}?ttl=</c>: keys that expire by batch time.</summary>
public sealed partial class TimeToLiveTests(Gateway gateway) : IClassFixture<Gateway>
{
    [Fact]
    public async Task Every_answer_about_a_key_says_when_it_expires()
    {
        var before = DateTimeOffset.UtcNow;
        using var put = await gateway.Put("/v1/kv/ttl/told?ttl=3600", "x");
        var expires = put.Header("Kv-Expires")!;
        Assert.Matches(UtcForm(), expires);
        Assert.InRange(DateTimeOffset.Parse(expires, CultureInfo.InvariantCulture), before.AddSeconds(3599), DateTimeOffset.UtcNow.AddSeconds(3601));
        using var get = await gateway.Get("/v1/kv/ttl/told");
        Assert.Equal(expires, get.Header("Kv-Expires"));
        using var same = await gateway.Get("/v1/kv/ttl/told", $"If-None-Match: {get.Header("ETag")}");
        Assert.Equal((HttpStatusCode.NotModified, expires), (same.StatusCode, same.Header("Kv-Expires")));
        using var append = await gateway.Post("/v1/kv/ttl/told", "y");
        Assert.Equal(expires, append.Header("Kv-Expires"));
        using var slice = await gateway.Slice("/v1/kv/ttl/told", """{"start":0,"end":1}""");
        Assert.Equal(expires, slice.Header("Kv-Expires"));
        var item = (await gateway.Get("/v1/kv?prefix=ttl/told").Json()).GetProperty("items")[0];
        Assert.Equal(expires, item.GetProperty("expires").GetString());
        var read = await gateway.PostJson("/v1/txn", """{"then":[{"op":"get","key":"ttl/told"}]}""").Json();
        Assert.Equal(expires, read.GetProperty("results")[0].GetProperty("expires").GetString());
    }

    [Fact]
    public async Task A_put_without_a_time_to_live_ends_the_one_before()
    {
        await gateway.Put("/v1/kv/ttl/cleared?ttl=3600", "x").Is(HttpStatusCode.Created);
        using var put = await gateway.Put("/v1/kv/ttl/cleared", "y");
        Assert.Null(put.Header("Kv-Expires"));
        using var get = await gateway.Get("/v1/kv/ttl/cleared");
        Assert.Null(get.Header("Kv-Expires"));
    }

    [Fact]
    public async Task When_the_time_has_passed_the_key_is_gone_for_reads_lists_and_conditions_and_who_waits_is_told()
    {
        var etag = await gateway.Put("/v1/kv/ttl/gone?ttl=1", "x").ETag();
        var batch = await gateway.PostJson("/v1/batch", """{"operations":[{"op":"put","key":"ttl/batch","value":"x","ttl":1}]}""").Json();
        Assert.Matches(UtcForm(), batch.GetProperty("results")[0].GetProperty("expires").GetString());
        await gateway.Get("/v1/kv/ttl/gone?wait=60s", $"If-None-Match: {etag}").Problem(404, "not-found");
        await gateway.Get("/v1/kv/ttl/batch?wait=60s", "If-None-Match: *").Problem(404, "not-found");
        Assert.DoesNotContain("ttl/gone", await gateway.Get("/v1/kv?prefix=ttl/&keysOnly=1").Body(), StringComparison.Ordinal);
        await gateway.Put("/v1/kv/ttl/gone", "y", $"If-Match: {etag}").Problem(412, "precondition-failed");
        await gateway.Put("/v1/kv/ttl/gone", "y", "If-None-Match: *").Is(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("ttl=0")]
    [InlineData("ttl=")]
    [InlineData("ttl=-1")]
    [InlineData("ttl=1.5")]
    [InlineData("ttl=60s")]
    [InlineData("ttl=3153600001")]
    [InlineData("ttl=99999999999999999999")]
    public async Task A_time_to_live_that_is_none_is_refused(string query) => await gateway.Put("/v1/kv/ttl/refused?" + query, "x").Problem(400, "bad-parameter");

    [Fact]
    public async Task Only_a_put_has_a_time_to_live()
    {
        await gateway.Post("/v1/kv/ttl/only?ttl=5", "x").Problem(400, "unknown-parameter");
        await gateway.Get("/v1/kv/ttl/only?ttl=5").Problem(400, "unknown-parameter");
        await gateway.Delete("/v1/kv/ttl/only?ttl=5").Problem(400, "unknown-parameter");
        await gateway.Put("/v1/kv/ttl/only?ttl=5&ttl=6", "x").Problem(400, "repeated-parameter");
    }

    [GeneratedRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UtcForm();
}
