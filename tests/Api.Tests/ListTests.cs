using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace KvStore.Api.Tests;

/// <summary>Keys in order, in pages that come from one revision.</summary>
public sealed partial class ListTests(Gateway gateway) : IClassFixture<Gateway>
{
    [Fact]
    public async Task A_listing_has_the_keys_with_a_prefix_in_order_and_their_values()
    {
        foreach (var key in (string[])["l/b", "l/a", "l/c", "m"]) await gateway.Put("/v1/kv/" + key, $"of {key}").Is(HttpStatusCode.Created);
        var page = await gateway.Get("/v1/kv?prefix=l/").Json();
        Assert.Equal(["l/a", "l/b", "l/c"], Keys(page));
        var first = page.GetProperty("items")[0];
        Assert.Equal("of l/a", first.GetProperty("value").GetString());
        Assert.Equal(6, first.GetProperty("length").GetInt32());
        Assert.Equal($"\"r{first.GetProperty("revision").GetInt64()}\"", first.GetProperty("etag").GetString());
        Assert.False(page.TryGetProperty("next", out _));
    }

    [Fact]
    public async Task A_range_of_keys_has_its_start_and_not_its_end()
    {
        foreach (var key in (string[])["r1", "r2", "r3", "r4"]) await gateway.Put("/v1/kv/" + key, "x").Is(HttpStatusCode.Created);
        Assert.Equal(["r2", "r3"], Keys(await gateway.Get("/v1/kv?start=r2&end=r4&keysOnly=true").Json()));
        Assert.Equal(["r3", "r4"], Keys(await gateway.Get("/v1/kv?prefix=r&start=r3").Json()));
    }

    [Fact]
    public async Task Keys_only_leaves_values_out_and_count_says_how_many_there_are()
    {
        foreach (var i in Enumerable.Range(0, 5)) await gateway.Put($"/v1/kv/c/{i}", "x").Is(HttpStatusCode.Created);
        var page = await gateway.Get("/v1/kv?prefix=c/&keysOnly=1&count=1&limit=2").Json();
        Assert.Equal(5, page.GetProperty("total").GetInt32());
        Assert.Equal(["c/0", "c/1"], Keys(page));
        Assert.All(page.GetProperty("items").EnumerateArray(), item => Assert.False(item.TryGetProperty("value", out _)));
    }

    [Fact]
    public async Task All_pages_of_a_listing_come_from_the_revision_of_the_first()
    {
        foreach (var i in Enumerable.Range(0, 7)) await gateway.Put($"/v1/kv/p/{i}", "old").Is(HttpStatusCode.Created);
        var seen = new List<string>();
        string? next = "/v1/kv?limit=3&prefix=p/";
        string? revision = null;
        while (next is not null)
        {
            using var response = await gateway.Get(next);
            revision ??= response.Header("Kv-Revision");
            Assert.Equal(revision, response.Header("Kv-Revision"));
            var page = await response.Json();
            Assert.All(page.GetProperty("items").EnumerateArray(), item => Assert.Equal("old", item.GetProperty("value").GetString()));
            seen.AddRange(Keys(page));
            next = Next(response);
            Assert.Equal(next, page.TryGetProperty("next", out var link) ? link.GetString() : null);
            await gateway.Put("/v1/kv/p/6", "new").Is(HttpStatusCode.OK);
            await gateway.Put($"/v1/kv/p/3.{seen.Count}", "new").Is(HttpStatusCode.Created);
        }

        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"p/{i}"), seen);
    }

    [Fact]
    public async Task A_listing_whose_revision_is_not_kept_is_gone()
    {
        await gateway.Get("/v1/kv?limit=1&after=YQ&at=r999999").Problem(410, "listing-gone");
        await gateway.Get("/v1/kv?at=42").Problem(400, "bad-parameter");
        await gateway.Get("/v1/kv?consistency=certified&at=r1").Problem(400, "bad-parameter");
    }

    [Fact]
    public async Task A_certified_listing_is_ordered_page_by_page()
    {
        foreach (var i in Enumerable.Range(0, 3)) await gateway.Put($"/v1/kv/o/{i}", "x").Is(HttpStatusCode.Created);
        using var first = await gateway.Get("/v1/kv?prefix=o/&limit=2&consistency=certified");
        Assert.Equal(["o/0", "o/1"], Keys(await first.Json()));
        using var second = await gateway.Get(Next(first)!);
        Assert.Equal(["o/2"], Keys(await second.Json()));
        Assert.Null(Next(second));
    }

    [Fact]
    public async Task What_is_not_text_is_base64_and_its_pages_go_on_all_the_same()
    {
        foreach (var key in (string[])["8J-Y_w", "8J-Y_g"])
        {
            using var content = new ByteArrayContent([0xff, 0x00]);
            await gateway.Send(HttpMethod.Put, "/v1/kvb/" + key, content).Is(HttpStatusCode.Created);
        }

        using var first = await gateway.Get("/v1/kv?prefix=%f0%9f&limit=1");
        var item = (await first.Json()).GetProperty("items")[0];
        Assert.Equal("8J-Y_g", item.GetProperty("keyB64").GetString());
        Assert.Equal("/wA=", item.GetProperty("valueB64").GetString());
        Assert.False(item.TryGetProperty("key", out _));
        using var second = await gateway.Get(Next(first)!);
        Assert.Equal("8J-Y_w", (await second.Json()).GetProperty("items")[0].GetProperty("keyB64").GetString());
    }

    [Fact]
    public async Task Lines_of_json_for_who_accepts_them()
    {
        foreach (var i in Enumerable.Range(0, 3)) await gateway.Put($"/v1/kv/n/{i}", "a\nb").Is(HttpStatusCode.Created);
        using var response = await gateway.Get("/v1/kv?prefix=n/", "Accept: application/x-ndjson");
        Assert.Equal("application/x-ndjson", response.Header("Content-Type"));
        var lines = (await response.Body()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["n/0", "n/1", "n/2"], lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("key").GetString()));
    }

    [Fact]
    public async Task A_page_of_large_values_ends_before_it_is_too_large()
    {
        var value = new string('v', 900_000);
        foreach (var i in Enumerable.Range(0, 6)) await gateway.Put($"/v1/kv/big/{i}", value).Is(HttpStatusCode.Created);
        using var first = await gateway.Get("/v1/kv?prefix=big/");
        Assert.Equal(4, Keys(await first.Json()).Count);
        using var second = await gateway.Get(Next(first)!);
        Assert.Equal(["big/4", "big/5"], Keys(await second.Json()));
    }

    [Theory]
    [InlineData("limit=0", "bad-parameter")]
    [InlineData("limit=x", "bad-parameter")]
    [InlineData("keysOnly=maybe", "bad-parameter")]
    [InlineData("prefix=a+b", "bad-parameter")]
    [InlineData("after=!", "bad-parameter")]
    [InlineData("consistency=strong", "bad-parameter")]
    [InlineData("prefix=a&prefix=b", "repeated-parameter")]
    [InlineData("wait=30s", "bad-parameter")]
    [InlineData("sort=desc", "unknown-parameter")]
    public async Task A_parameter_that_is_wrong_is_refused(string query, string code) => await gateway.Get("/v1/kv?" + query).Problem(400, code);

    [Fact]
    public async Task Parameters_that_are_not_built_yet_are_refused_as_such()
    {
        await gateway.Get("/v1/kv?consistency=proven").Problem(501, "unsupported-parameter");
        await gateway.Get("/v1/kv/x?consistency=proven").Problem(501, "unsupported-parameter");
    }

    private static List<string> Keys(JsonElement page) => [.. page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("key").GetString()!)];

    private static string? Next(HttpResponseMessage response) =>
        response.Header("Link") is not { } link ? null
        : LinkForm().Match(link) is { Success: true } match ? match.Groups["target"].Value
        : throw new FormatException(link);

    [GeneratedRegex("^<(?<target>/[^>]*)>; rel=\"next\"$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LinkForm();
}
