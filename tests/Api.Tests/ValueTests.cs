using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace KvStore.Api.Tests;

/// <summary>The rows of http-api.md section 1 that are about one key.</summary>
public sealed class ValueTests(Gateway gateway) : IClassFixture<Gateway>
{
    [Fact]
    public async Task A_value_comes_back_as_it_was_put_with_its_content_type()
    {
        var bytes = RandomNumberGenerator.GetBytes(100_000);
        using var content = new ByteArrayContent(bytes);
        await gateway.Send(HttpMethod.Put, "/v1/kv/bytes", content, "Content-Type: image/png; x=1").Is(HttpStatusCode.Created);

        using var response = await gateway.Get("/v1/kv/bytes");
        Assert.Equal(bytes, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal("image/png; x=1", response.Header("Content-Type"));
        Assert.Equal("bytes", response.Header("Accept-Ranges"));
        Assert.Equal("0", response.Header("Kv-Shard"));
        Assert.Equal("nosniff", response.Header("X-Content-Type-Options"));
        Assert.Contains("sandbox", response.Header("Content-Security-Policy"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_entity_tag_is_where_the_key_changed_last_and_the_revision_is_the_shards()
    {
        var etag = await gateway.Put("/v1/kv/tagged", "1").ETag();
        await gateway.Put("/v1/kv/other", "1").Is(HttpStatusCode.Created);
        using var response = await gateway.Get("/v1/kv/tagged");
        Assert.Equal(etag, response.Header("ETag"));
        Assert.NotEqual($"\"r{response.Header("Kv-Revision")}\"", etag);
    }

    [Fact]
    public async Task Put_says_whether_the_key_is_new()
    {
        await gateway.Put("/v1/kv/twice", "1").Is(HttpStatusCode.Created);
        await gateway.Put("/v1/kv/twice", "2").Is(HttpStatusCode.OK);
        Assert.Equal("2", await gateway.Get("/v1/kv/twice").Body());
    }

    [Fact]
    public async Task An_empty_value_is_a_value()
    {
        await gateway.Send(HttpMethod.Put, "/v1/kv/empty").Is(HttpStatusCode.Created);
        using var response = await gateway.Get("/v1/kv/empty");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("", await response.Body());
        using var ranged = await gateway.Get("/v1/kv/empty", "Range: bytes=0-");
        await ranged.Problem(416, "range-not-satisfiable");
        Assert.Equal("bytes */0", ranged.Header("Content-Range"));
    }

    [Fact]
    public async Task Head_says_what_get_says_and_leaves_the_value_out()
    {
        await gateway.Put("/v1/kv/head", "four").Is(HttpStatusCode.Created);
        using var response = await gateway.Send(HttpMethod.Head, "/v1/kv/head", null, "Range: bytes=0-1");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("4", response.Header("Content-Length"));
        Assert.NotNull(response.Header("ETag"));
        Assert.Equal("", await response.Body());

        using var absent = await gateway.Send(HttpMethod.Head, "/v1/kv/absent");
        Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
        Assert.NotNull(absent.Header("Kv-Revision"));
        Assert.Equal("", await absent.Body());
    }

    [Fact]
    public async Task A_read_of_what_the_client_has_is_not_modified()
    {
        var etag = await gateway.Put("/v1/kv/cached", "1").ETag();
        using var same = await gateway.Get("/v1/kv/cached", $"If-None-Match: \"r999999\", {etag}");
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        Assert.Equal(etag, same.Header("ETag"));
        Assert.Equal("", await same.Body());

        await gateway.Put("/v1/kv/cached", "2").Is(HttpStatusCode.OK);
        Assert.Equal("2", await gateway.Get("/v1/kv/cached", $"If-None-Match: {etag}").Body());
    }

    [Theory]
    [InlineData("linearizable")]
    [InlineData("certified")]
    public async Task Reads_that_may_not_be_old_see_the_value(string consistency)
    {
        await gateway.Put($"/v1/kv/{consistency}", "value").Is(HttpStatusCode.Created);
        using var response = await gateway.Get($"/v1/kv/{consistency}?consistency={consistency}");
        Assert.Equal("value", await response.Body());
        Assert.NotNull(response.Header("ETag"));
        await gateway.Get($"/v1/kv/no?consistency={consistency}").Problem(404, "not-found");
        await gateway.Get($"/v1/kv/{consistency}?consistency={consistency}", "Range: bytes=9-").Problem(416, "range-not-satisfiable");
    }

    [Fact]
    public async Task Delete_takes_the_key_away_once()
    {
        var etag = await gateway.Put("/v1/kv/deleted", "1").ETag();
        await gateway.Delete("/v1/kv/deleted", "If-Match: \"r999999\"").Problem(412, "precondition-failed");
        using var response = await gateway.Delete("/v1/kv/deleted", $"If-Match: {etag}");
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.NotNull(response.Header("Kv-Revision"));
        using var again = await gateway.Delete("/v1/kv/deleted");
        await again.Problem(404, "not-found");
        Assert.NotNull(again.Header("Kv-Revision"));
    }

    [Theory]
    [InlineData("plain/with/slashes")]
    [InlineData("a%20space%2Fand%3Fmarks%23")]
    [InlineData("%C3%A4%E2%82%AC%F0%9F%98%80")]
    [InlineData("a//b")]
    [InlineData("trailing/")]
    [InlineData("...")]
    [InlineData("plus+and%2Bplus")]
    public async Task Any_text_can_be_a_key(string key)
    {
        await gateway.Put("/v1/kv/any/" + key, key).Is(HttpStatusCode.Created);
        Assert.Equal(key, await gateway.Get("/v1/kv/any/" + key).Body());
    }

    [Fact]
    public async Task A_key_is_its_bytes_however_it_is_written()
    {
        await gateway.Put("/v1/kv/k%C3%A4se/%41", "same").Is(HttpStatusCode.Created);
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes("käse/A")).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        Assert.Equal("same", await gateway.Get("/v1/kvb/" + encoded).Body());
    }

    [Fact]
    public async Task Keys_that_are_not_text_go_as_base64url_with_the_same_verbs()
    {
        const string key = "/v1/kvb/_wAu";
        await gateway.Put(key, "012345").Is(HttpStatusCode.Created);
        await gateway.Post(key, "6").Is(HttpStatusCode.OK);
        await gateway.Slice(key, """{"start":3}""").Is(HttpStatusCode.OK);
        Assert.Equal("3456", await gateway.Get(key).Body());
        await gateway.Send(HttpMethod.Head, key).Is(HttpStatusCode.OK);
        await gateway.Delete(key).Is(HttpStatusCode.NoContent);
        await gateway.Get(key).Problem(404, "not-found");
    }
}
