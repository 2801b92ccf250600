using System.Net;

namespace KvStore.Api.Tests;

/// <summary>POST appends, PATCH keeps a slice.</summary>
public sealed class AppendTests(Gateway gateway) : IClassFixture<Gateway>
{
    [Fact]
    public async Task Append_creates_what_is_absent()
    {
        using var response = await gateway.Post("/v1/kv/new", "abc");
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("0", response.Header("Kv-Append-Offset"));
        Assert.Equal("3", response.Header("Kv-Length"));
        Assert.NotNull(response.Header("ETag"));
    }

    [Fact]
    public async Task Every_append_that_was_answered_is_there_once_at_its_offset()
    {
        var offsets = await Task.WhenAll(Enumerable.Range(0, 64).Select(async i =>
        {
            using var response = await gateway.Post("/v1/kv/log", $"{i:00};");
            return (Record: $"{i:00};", Offset: int.Parse(response.Header("Kv-Append-Offset")!, System.Globalization.CultureInfo.InvariantCulture));
        }));
        var log = await gateway.Get("/v1/kv/log").Body();
        Assert.Equal(64 * 3, log.Length);
        Assert.All(offsets, append => Assert.Equal(append.Record, log.Substring(append.Offset, 3)));
    }

    [Fact]
    public async Task Append_at_a_length_only()
    {
        await gateway.Post("/v1/kv/at", "abc", "Kv-If-Length: 0").Is(HttpStatusCode.Created);
        await gateway.Post("/v1/kv/at", "def", "Kv-If-Length: 0").Problem(412, "precondition-failed");
        await gateway.Post("/v1/kv/at", "def", "Kv-If-Length: 3").Is(HttpStatusCode.OK);
        await gateway.Post("/v1/kv/at", "x", "Kv-If-Length: six").Problem(400, "bad-precondition");
        await gateway.Put("/v1/kv/at", "x", "Kv-If-Length: 6").Problem(400, "unexpected-header");
        Assert.Equal("abcdef", await gateway.Get("/v1/kv/at").Body());
    }

    [Theory]
    [InlineData("""{"start":2,"end":5}""", "cde")]
    [InlineData("""{"start":2}""", "cdef")]
    [InlineData("""{"end":2,"start":0}""", "ab")]
    [InlineData("""{"start":6}""", "")]
    public async Task The_value_becomes_a_slice_of_itself(string slice, string kept)
    {
        var key = "/v1/kv/kept/" + kept;
        await gateway.Put(key, "abcdef").Is(HttpStatusCode.Created);
        using var response = await gateway.Slice(key, slice);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.NotNull(response.Header("ETag"));
        Assert.Equal(kept, await gateway.Get(key).Body());
    }

    [Fact]
    public async Task A_slice_that_can_not_be_kept_is_refused_and_nothing_is_applied()
    {
        const string key = "/v1/kv/whole";
        await gateway.Put(key, "abcdef").Is(HttpStatusCode.Created);
        await gateway.Slice(key, """{"start":2,"end":7}""").Problem(422, "slice-outside-value");
        await gateway.Slice(key, """{"start":3,"end":2}""").Problem(422, "slice-outside-value");
        await gateway.Slice(key, """{"start":-1}""").Problem(422, "bad-slice");
        await gateway.Slice(key, """{"end":1}""").Problem(422, "bad-slice");
        await gateway.Slice(key, """{"start":1,"start":2}""").Problem(422, "bad-slice");
        await gateway.Slice(key, "[1,2]").Problem(422, "bad-slice");
        await gateway.Slice(key, "").Problem(422, "bad-slice");
        await gateway.Slice(key, """{"start":1}""", "If-Match: \"r999999\"").Problem(412, "precondition-failed");
        await gateway.Slice("/v1/kv/not-there", """{"start":1}""").Problem(404, "not-found");
        using var json = new StringContent("""{"start":1}""", System.Text.Encoding.UTF8, "application/json");
        await gateway.Send(HttpMethod.Patch, key, json).Problem(415, "bad-content-type");
        Assert.Equal("abcdef", await gateway.Get(key).Body());
    }
}
