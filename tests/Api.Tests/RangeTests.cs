using System.Net;

namespace KvStore.Api.Tests;

/// <summary>Slices that are read. RFC 9110 section 14.</summary>
public sealed class RangeTests(Gateway gateway) : IClassFixture<Gateway>
{
    private const string Key = "/v1/kv/range";

    [Theory]
    [InlineData("bytes=0-4", "01234", "bytes 0-4/10")]
    [InlineData("bytes=9-", "9", "bytes 9-9/10")]
    [InlineData("bytes=-3", "789", "bytes 7-9/10")]
    [InlineData("bytes=-99", "0123456789", "bytes 0-9/10")]
    [InlineData("bytes=5-99", "56789", "bytes 5-9/10")]
    public async Task A_range_is_partial_content(string range, string slice, string contentRange)
    {
        await gateway.Put(Key, "0123456789").Body();
        using var response = await gateway.Get(Key, $"Range: {range}");
        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal(slice, await response.Body());
        Assert.Equal(contentRange, response.Header("Content-Range"));
    }

    [Fact]
    public async Task Several_ranges_are_answered_with_the_whole()
    {
        await gateway.Put(Key, "0123456789").Body();
        using var response = await gateway.Get(Key, "Range: bytes=0-1, 4-5");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("0123456789", await response.Body());
        Assert.Null(response.Header("Content-Range"));
    }

    [Theory]
    [InlineData("bytes=10-")]
    [InlineData("bytes=100-200")]
    [InlineData("bytes=-0")]
    public async Task A_range_beyond_the_end_says_how_long_the_value_is(string range)
    {
        await gateway.Put(Key, "0123456789").Body();
        using var response = await gateway.Get(Key, $"Range: {range}");
        await response.Problem(416, "range-not-satisfiable");
        Assert.Equal("bytes */10", response.Header("Content-Range"));
    }

    [Theory]
    [InlineData("bytes=a-b")]
    [InlineData("bytes=4-2")]
    [InlineData("bytes=")]
    [InlineData("bytes=-")]
    [InlineData("lines=1-2")]
    [InlineData("bytes=99999999999999999999-")]
    public async Task A_malformed_range_is_refused(string range)
    {
        await gateway.Put(Key, "0123456789").Body();
        await gateway.Get(Key, $"Range: {range}").Problem(400, "bad-range");
    }

    [Fact]
    public async Task A_range_under_a_condition_on_the_version_is_answered_with_the_whole()
    {
        // RFC 9110 section 13.1.5: of a version that the client does not have, a part would be put together with parts of another.
        await gateway.Put(Key, "0123456789").Body();
        using var response = await gateway.Get(Key, "Range: bytes=0-1", "If-Range: \"r999999\"");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("0123456789", await response.Body());
    }

    [Fact]
    public async Task A_part_can_not_be_put()
    {
        await gateway.Put(Key, "0123456789").Body();
        await gateway.Put(Key, "xx", "Content-Range: bytes 0-1/10").Problem(400, "unexpected-header");
        await gateway.Put(Key, "xx", "Range: bytes=0-1").Problem(400, "unexpected-header");
        Assert.Equal("0123456789", await gateway.Get(Key).Body());
    }
}
