using System.Net;
using System.Text.Json;
using KvStore.Api.Hosting;

namespace KvStore.Api.Tests;

/// <summary>Targets as they come over the wire: what a client library would have put right, or made into something else.</summary>
public sealed class RawTargetTests(Gateway gateway) : IClassFixture<Gateway>
{
    [Theory]
    [InlineData("/v1/kv/a/../b")]
    [InlineData("/v1/kv/a/./b")]
    [InlineData("/v1/kv/..")]
    [InlineData("/v1/kv/%2e%2e")]
    [InlineData("/v1/kv/a/%2E%2E/b")]
    [InlineData("/v1/kv/a%2F..%2Fb")]
    [InlineData("/v1/kv/../../livez")]
    [InlineData("/v1/kv/%zz")]
    [InlineData("/v1/kv/a%")]
    [InlineData("/v1/kv/a%2")]
    [InlineData("/v1/kv/%ff")]
    [InlineData("/v1/kv/%c3%28")]
    [InlineData("/v1/kv/a#b")]
    [InlineData("/v1/kvb/a%41")]
    [InlineData("/v1/kvb/YQ==")]
    [InlineData("/v1/kvb/YR")]
    [InlineData("/v1/kvb/a/b")]
    public async Task A_malformed_key_is_refused_before_anything_is_ordered(string target)
    {
        Refused(await RawHttp.Send(gateway.Address, "PUT", target, "x"), 400, "bad-key");
        Refused(await RawHttp.Send(gateway.Address, "GET", target), 400, "bad-key");
    }

    [Theory]
    [InlineData("/v1/kv/")]
    [InlineData("/v1/kvb/")]
    public async Task An_empty_key_is_refused(string target)
    {
        Refused(await RawHttp.Send(gateway.Address, "PUT", target, "x"), 400, "empty-key");
        Refused(await RawHttp.Send(gateway.Address, "GET", target), 400, "empty-key");
    }

    [Theory]
    [InlineData("prefix=%zz")]
    [InlineData("start=a%")]
    [InlineData("limit=%31")]
    public async Task A_malformed_parameter_is_refused(string query) =>
        Refused(await RawHttp.Send(gateway.Address, "GET", "/v1/kv?" + query), 400, "bad-parameter");

    [Theory]
    [InlineData("/v1/kvx/../kv/a")]
    [InlineData("/livez/../v1/kv/a")]
    [InlineData("/%76%31/kv/a")]
    [InlineData("//v1/kv/a")]
    [InlineData("/V1/nothing")]
    public async Task An_address_is_what_it_says_and_not_what_it_would_be_put_right_to(string target) =>
        Refused(await RawHttp.Send(gateway.Address, "GET", target), 404, "unknown-path");

    [Fact]
    public async Task What_the_server_takes_for_no_http_is_refused_and_counted()
    {
        var before = await Refusals("bad-http");
        Assert.StartsWith("HTTP/1.1 400 ", await RawHttp.Send(gateway.Address, "GET", "/v1/kv/a%00b"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400 ", await RawHttp.Send(gateway.Address, "GET", "/v1/kv/\u00e4"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400 ", await RawHttp.Exchange(gateway.Address, "GARBAGE\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 414 ", await RawHttp.Send(gateway.Address, "GET", "/v1/kv/" + new string('a', 9000)), StringComparison.Ordinal);
        Assert.Equal(before + 4, await Refusals("bad-http"));
    }

    [Fact]
    public async Task A_header_that_can_not_be_signed_is_refused()
    {
        Refused(await RawHttp.Send(gateway.Address, "PUT", "/v1/kv/header", "x", "Content-Type: text/\u00c3\u00a4"), 400, "bad-header");
        Refused(await RawHttp.Send(gateway.Address, "GET", "/v1/kv/header"), 404, "not-found");
    }

    [Fact]
    public async Task The_absolute_form_of_a_target_is_the_same_request()
    {
        var stored = await RawHttp.Send(gateway.Address, "PUT", $"{gateway.Address.GetLeftPart(UriPartial.Authority)}/v1/kv/absolute", "x");
        Assert.StartsWith("HTTP/1.1 201 ", stored, StringComparison.Ordinal);
        Assert.Equal("x", await gateway.Get("/v1/kv/absolute").Body());
    }

    [Fact]
    public async Task Headers_that_are_there_twice_are_one_list()
    {
        var etag = await gateway.Put("/v1/kv/twice", "1").ETag();
        var answer = await RawHttp.Send(gateway.Address, "PUT", "/v1/kv/twice", "2", "If-Match: \"r999999\"", $"If-Match: {etag}");
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/a/b?c=/d", "/a/b")]
    [InlineData("http://host:80/a?b", "/a")]
    [InlineData("http://host", "/")]
    [InlineData("http://host?a=/b", "/")]
    [InlineData("*", null)]
    [InlineData("host:80", null)]
    public void The_path_of_a_target(string target, string? path) => Assert.Equal(path, RawTarget.PathOf(target));

    private static void Refused(string answer, int status, string code)
    {
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        using var problem = JsonDocument.Parse(answer[answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)..]);
        Assert.Equal(code, problem.RootElement.GetProperty("code").GetString());
        Assert.Equal("not-applied", problem.RootElement.GetProperty("outcome").GetString());
    }

    private async Task<long> Refusals(string code)
    {
        var refused = (await gateway.Get("/v1/status").Json()).GetProperty("refused");
        return refused.TryGetProperty(code, out var count) ? count.GetInt64() : 0;
    }
}
