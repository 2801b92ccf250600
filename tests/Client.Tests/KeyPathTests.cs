using System.Text;
using KvStore.Client.Keys;

namespace KvStore.Client.Tests;

/// <summary>Keys as addresses, and what else is written into them. http-api.md section 1.</summary>
public sealed class KeyPathTests
{
    [Theory]
    [InlineData("greeting", "/v1/kv/greeting")]
    [InlineData("a/b//c/", "/v1/kv/a/b//c/")]
    [InlineData("a b+c", "/v1/kv/a%20b%2Bc")]
    [InlineData("ü?#%&", "/v1/kv/%C3%BC%3F%23%25%26")]
    [InlineData("{tag}x", "/v1/kv/%7Btag%7Dx")]
    [InlineData("..a/.b./c..", "/v1/kv/..a/.b./c..")]
    [InlineData("..", "/v1/kvb/Li4")]
    [InlineData("a/./b", "/v1/kvb/YS8uL2I")]
    [InlineData("a\0b", "/v1/kvb/YQBi")]
    public void A_key_stands_in_a_path_where_nobody_puts_it_right(string key, string path) => Assert.Equal(path, KeyPath.Of(key));

    [Fact]
    public void A_key_that_is_not_text_is_base64url() => Assert.Equal("/v1/kvb/_w", KeyPath.Of(new byte[] { 0xff }));

    [Fact]
    public void An_empty_key_is_refused() => Assert.Throws<ArgumentException>(() => KeyPath.Of(""));

    [Fact]
    public void Every_byte_that_is_escaped_is_decoded_to_itself()
    {
        var bytes = Enumerable.Range(1, 127).Select(i => (byte)i).ToArray();
        Assert.Equal(Encoding.ASCII.GetString(bytes), Uri.UnescapeDataString(KeyPath.Escape("", bytes)));
    }

    [Theory]
    [InlineData("r42", 42UL)]
    [InlineData("\"r42\"", 42UL)]
    [InlineData("r0", 0UL)]
    public void Entity_tags_are_read_with_and_without_quotes(string text, ulong revision)
    {
        Assert.True(ETag.TryParse(text, out var tag));
        Assert.Equal((revision, $"\"r{revision}\"", $"r{revision}"), (tag.Revision, tag.ToHeader(), tag.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("42")]
    [InlineData("r")]
    [InlineData("r-1")]
    [InlineData("r 1")]
    [InlineData("\"r1")]
    [InlineData("W/\"r1\"")]
    [InlineData("r18446744073709551615")]
    [InlineData("r18446744073709551616")]
    public void What_is_no_entity_tag_is_refused(string text) => Assert.False(ETag.TryParse(text, out _));

    [Fact]
    public void Any_entity_tag_is_a_star()
    {
        Assert.True(ETag.TryParse("*", out var any));
        Assert.Equal((ETag.Any, "*"), (any, any.ToHeader()));
    }

    [Theory]
    [InlineData("0-0", "bytes=0-0")]
    [InlineData("2-5", "bytes=2-5")]
    [InlineData("2-", "bytes=2-")]
    [InlineData("-5", "bytes=-5")]
    public void Ranges_are_read(string text, string header)
    {
        Assert.True(ByteRange.TryParse(text, out var range));
        Assert.Equal(header, range.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("5")]
    [InlineData("5-2")]
    [InlineData("-0")]
    [InlineData("a-b")]
    [InlineData("0-1,3-4")]
    [InlineData("--1")]
    public void What_is_no_range_is_refused(string text) => Assert.False(ByteRange.TryParse(text, out _));
}
