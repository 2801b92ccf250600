using System.Net;
using System.Net.Http.Headers;

namespace KvStore.Api.Tests;

/// <summary>Limits are named by what enforces them, and nothing over them is kept.</summary>
public sealed class LimitTests(Gateway gateway) : IClassFixture<Gateway>
{
    private const int ValueBytesMax = 1024 * 1024;

    [Fact]
    public async Task The_largest_value_is_taken_and_one_byte_more_is_not()
    {
        await gateway.Put("/v1/kv/largest", new string('x', ValueBytesMax)).Is(HttpStatusCode.Created);
        var problem = await gateway.Put("/v1/kv/larger", new string('x', ValueBytesMax + 1)).Problem(413, "value-too-large");
        Assert.Equal("valueBytesMax", problem.GetProperty("limit").GetString());
        Assert.Equal(ValueBytesMax, problem.GetProperty("max").GetInt32());
        await gateway.Get("/v1/kv/larger").Problem(404, "not-found");

        var append = await gateway.Post("/v1/kv/largest", "x").Problem(413, "value-too-large");
        Assert.Equal(ValueBytesMax, append.GetProperty("max").GetInt32());
        using var response = await gateway.Send(HttpMethod.Head, "/v1/kv/largest");
        Assert.Equal($"{ValueBytesMax}", response.Header("Content-Length"));
    }

    [Fact]
    public async Task A_body_of_unknown_length_is_cut_off_at_the_limit()
    {
        await gateway.Send(HttpMethod.Put, "/v1/kv/chunked", new Chunked(ValueBytesMax)).Is(HttpStatusCode.Created);
        await gateway.Send(HttpMethod.Put, "/v1/kv/chunked-more", new Chunked(ValueBytesMax + 1)).Problem(413, "value-too-large");
        await gateway.Get("/v1/kv/chunked-more").Problem(404, "not-found");
    }

    [Fact]
    public async Task A_client_that_asks_first_need_not_send_what_will_be_refused()
    {
        var refused = await RawHttp.Exchange(gateway.Address, Head("PUT /v1/kv/asked", "Content-Length: 2000000", "Expect: 100-continue"));
        Assert.StartsWith("HTTP/1.1 413 ", refused, StringComparison.Ordinal);
        refused = await RawHttp.Exchange(gateway.Address, Head("PUT /v1/kv/asked?nonsense=1", "Content-Length: 5", "Expect: 100-continue"));
        Assert.StartsWith("HTTP/1.1 400 ", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_longest_key_is_taken_and_one_byte_more_is_not()
    {
        await gateway.Put("/v1/kv/" + new string('k', 1024), "x").Is(HttpStatusCode.Created);
        var problem = await gateway.Put("/v1/kv/" + new string('k', 1025), "x").Problem(413, "key-too-long");
        Assert.Equal("keyBytesMax", problem.GetProperty("limit").GetString());
        Assert.Equal(1024, problem.GetProperty("max").GetInt32());
    }

    [Fact]
    public async Task The_longest_content_type_is_taken_and_one_byte_more_is_not()
    {
        await gateway.Put("/v1/kv/type", "x", "Content-Type: text/" + new string('x', 251)).Is(HttpStatusCode.Created);
        var problem = await gateway.Put("/v1/kv/type", "x", "Content-Type: text/" + new string('x', 252)).Problem(413, "content-type-too-long");
        Assert.Equal(256, problem.GetProperty("max").GetInt32());
    }

    [Fact]
    public async Task Bodies_where_there_should_be_none_are_refused()
    {
        await gateway.Put("/v1/kv/bodies", "x").Is(HttpStatusCode.Created);
        await gateway.Send(HttpMethod.Get, "/v1/kv/bodies", new StringContent("x")).Problem(400, "unexpected-body");
        await gateway.Send(HttpMethod.Get, "/v1/kv", new StringContent("x")).Problem(400, "unexpected-body");
        await gateway.Send(HttpMethod.Delete, "/v1/kv/bodies", new Chunked(1)).Problem(400, "unexpected-body");
        Assert.Equal("x", await gateway.Get("/v1/kv/bodies").Body());
    }

    [Fact]
    public async Task A_body_that_ends_early_is_not_applied()
    {
        await RawHttp.Exchange(gateway.Address, Head("PUT /v1/kv/early", "Content-Length: 5") + "abc", hangUp: true);
        await RawHttp.Exchange(gateway.Address, Head("PUT /v1/kv/early", "Transfer-Encoding: chunked") + "3\r\nabc\r\n", hangUp: true);
        await gateway.Get("/v1/kv/early").Problem(404, "not-found");
    }

    [Fact]
    public async Task A_body_in_a_content_coding_is_refused() =>
        await gateway.Put("/v1/kv/coded", "x", "Content-Encoding: gzip").Problem(415, "bad-content-encoding");

    private string Head(string request, params string[] headers) =>
        $"{request} HTTP/1.1\r\nHost: {gateway.Address.Authority}\r\nConnection: close\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n";

    private sealed class Chunked(int length) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var chunk = new byte[64 * 1024];
            for (var left = length; left > 0; left -= chunk.Length) await stream.WriteAsync(chunk.AsMemory(0, Math.Min(left, chunk.Length)));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
