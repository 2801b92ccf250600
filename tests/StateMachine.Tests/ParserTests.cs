using static KvStore.StateMachine.Tests.Requests;

namespace KvStore.StateMachine.Tests;

public class ParserTests
{
    private static readonly StateLimits _limits = new() { KeyBytesMax = 8, ContentTypeBytesMax = 10 };

    [Theory]
    [InlineData("/v1/kv/foo", "foo")]
    [InlineData("/v1/kv/a/b", "a/b")]
    [InlineData("/v1/kv/a%2Fb", "a/b")]
    [InlineData("/v1/kv/a%2fb", "a/b")]
    [InlineData("/v1/kv//a", "/a")]
    [InlineData("/v1/kv/a//", "a//")]
    [InlineData("/v1/kv/%C3%A4", "ä")]
    [InlineData("/v1/kv/a%20b+c", "a b+c")]
    [InlineData("/v1/kv/100%25", "100%")]
    [InlineData("/v1/kv/%00", "\0")]
    [InlineData("/v1/kv/...", "...")]
    [InlineData("/v1/kv/.a/a.", ".a/a.")]
    [InlineData("/v1/kv/12345678", "12345678")]
    [InlineData("/v1/kvb/Zm9v", "foo")]
    [InlineData("/v1/kvb/Li4", "..")]
    [InlineData("/v1/kvb/Pz8_", "???")]
    public void A_key_is_read_from_its_path(string path, string key)
    {
        foreach (var method in Enum.GetValues<OperationMethod>().Where(m => m != OperationMethod.Patch))
        {
            Assert.True(OperationParser.TryParse(Operation(method, path), _limits, out var command, out var error), error?.Detail);
            Assert.Equal(Key.Of(key), Assert.IsAssignableFrom<KeyCommand>(command).Key);
            Assert.Equal(method == OperationMethod.Get, command.IsRead);
        }
    }

    [Theory]
    [InlineData("/", "unknown-path")]
    [InlineData("/v1", "unknown-path")]
    [InlineData("/v1/kvx", "unknown-path")]
    [InlineData("/v1/kvb", "unknown-path")]
    [InlineData("/V1/kv/a", "unknown-path")]
    [InlineData("/v1/transaction", "unknown-path")]
    [InlineData("/v1/kv/", "empty-key")]
    [InlineData("/v1/kvb/", "empty-key")]
    [InlineData("/v1/kv/%", "bad-key")]
    [InlineData("/v1/kv/%4", "bad-key")]
    [InlineData("/v1/kv/%4g", "bad-key")]
    [InlineData("/v1/kv/%%41", "bad-key")]
    [InlineData("/v1/kv/a%2", "bad-key")]
    [InlineData("/v1/kv/%u0041", "bad-key")]
    [InlineData("/v1/kv/%FF", "bad-key")]
    [InlineData("/v1/kv/%C0%80", "bad-key")]
    [InlineData("/v1/kv/%ED%A0%80", "bad-key")]
    [InlineData("/v1/kv/a#b", "bad-key")]
    [InlineData("/v1/kv/a?b", "bad-key")]
    [InlineData("/v1/kv/.", "bad-key")]
    [InlineData("/v1/kv/..", "bad-key")]
    [InlineData("/v1/kv/a/../b", "bad-key")]
    [InlineData("/v1/kv/a/./b", "bad-key")]
    [InlineData("/v1/kv/a/..", "bad-key")]
    [InlineData("/v1/kv/%2E%2e", "bad-key")]
    [InlineData("/v1/kv/a%2F.%2E/b", "bad-key")]
    [InlineData("/v1/kv/123456789", "key-too-long")]
    [InlineData("/v1/kv/%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4", "key-too-long")]
    [InlineData("/v1/kvb/Zm9v=", "bad-key")]
    [InlineData("/v1/kvb/Zm8=", "bad-key")]
    [InlineData("/v1/kvb/Zm9", "bad-key")]
    [InlineData("/v1/kvb/Zg/Zg", "bad-key")]
    [InlineData("/v1/kvb/Zm+v", "bad-key")]
    [InlineData("/v1/kvb/Z", "bad-key")]
    [InlineData("/v1/kvb/Zh", "bad-key")]
    [InlineData("/v1/kvb/%5A%67", "bad-key")]
    [InlineData("/v1/kvb/Zm9vZm9vZm9v", "key-too-long")]
    public void A_path_that_names_no_key_is_refused(string path, string code) => Refused(code, Operation(OperationMethod.Get, path));

    [Theory]
    [InlineData(OperationMethod.Get, "?consistency=local", null)]
    [InlineData(OperationMethod.Get, "?wait=30s&consistency=proven", null)]
    [InlineData(OperationMethod.Get, "?", null)]
    [InlineData(OperationMethod.Get, "?prefix=a", "unknown-parameter")]
    [InlineData(OperationMethod.Get, "?Consistency=local", "unknown-parameter")]
    [InlineData(OperationMethod.Get, "?wait=1s&wait=1s", "repeated-parameter")]
    [InlineData(OperationMethod.Get, "?wait=1s&", "unknown-parameter")]
    [InlineData(OperationMethod.Get, "?&", "unknown-parameter")]
    [InlineData(OperationMethod.Put, "?consistency=local", "unknown-parameter")]
    [InlineData(OperationMethod.Put, "?ttl=5", null)]
    [InlineData(OperationMethod.Put, "?ttl=3153600000", null)]
    [InlineData(OperationMethod.Put, "?ttl=3153600001", "bad-parameter")]
    [InlineData(OperationMethod.Put, "?ttl=0", "bad-parameter")]
    [InlineData(OperationMethod.Put, "?ttl=05", "bad-parameter")]
    [InlineData(OperationMethod.Put, "?ttl=+5", "bad-parameter")]
    [InlineData(OperationMethod.Put, "?ttl=5s", "bad-parameter")]
    [InlineData(OperationMethod.Put, "?ttl=", "bad-parameter")]
    [InlineData(OperationMethod.Put, "?ttl=5&ttl=5", "repeated-parameter")]
    [InlineData(OperationMethod.Post, "?ttl=5", "unknown-parameter")]
    [InlineData(OperationMethod.Get, "?ttl=5", "unknown-parameter")]
    [InlineData(OperationMethod.Delete, "?x", "unknown-parameter")]
    public void A_query_has_known_parameters_once(OperationMethod method, string query, string? code)
    {
        if (code is null) Accepted<KeyCommand>(Operation(method, "/v1/kv/a", query));
        else Refused(code, Operation(method, "/v1/kv/a", query));
    }

    [Theory]
    [InlineData("?limit=0", "bad-parameter")]
    [InlineData("?limit=x", "bad-parameter")]
    [InlineData("?limit=-1", "bad-parameter")]
    [InlineData("?limit=01", "bad-parameter")]
    [InlineData("?limit=99999999999999999999", "bad-parameter")]
    [InlineData("?keysOnly=yes", "bad-parameter")]
    [InlineData("?count=2", "bad-parameter")]
    [InlineData("?prefix=a+b", "bad-parameter")]
    [InlineData("?prefix=%4", "bad-parameter")]
    [InlineData("?after=a", "bad-parameter")]
    [InlineData("?start=123456789", "key-too-long")]
    [InlineData("?prefix=a&prefix=b", "repeated-parameter")]
    [InlineData("?cursor=a", "unknown-parameter")]
    [InlineData("?ttl=1", "unknown-parameter")]
    public void A_listing_with_a_bad_parameter_is_refused(string query, string code) => Refused(code, List(query));

    [Fact]
    public void A_listing_is_only_read_and_takes_no_conditions()
    {
        foreach (var method in Enum.GetValues<OperationMethod>().Where(m => m != OperationMethod.Get)) Refused("method-not-allowed", Operation(method, "/v1/kv"));
        Refused("unexpected-header", Operation(OperationMethod.Get, "/v1/kv", "", null, (OperationHeader.Range, "bytes=0-1")));
        Refused("unexpected-header", Operation(OperationMethod.Get, "/v1/kv", "", null, (OperationHeader.IfNoneMatch, "*")));
    }

    [Theory]
    [InlineData("", null, 1000)]
    [InlineData("?limit=7", null, 7)]
    [InlineData("?limit=1000000", null, 1000)]
    [InlineData("?end=", null, 1000)]
    [InlineData("?prefix=a", "b", 1000)]
    [InlineData("?prefix=%ff%ff", null, 1000)]
    [InlineData("?prefix=a%ff", "b", 1000)]
    [InlineData("?prefix=a&end=ab", "ab", 1000)]
    [InlineData("?prefix=a&end=c", "b", 1000)]
    public void A_listing_comes_to_a_range_of_keys(string query, string? end, int limit)
    {
        var command = Accepted<ListCommand>(List(query));
        Assert.Equal(end, command.End?.ToString());
        Assert.Equal(limit, command.Limit);
    }

    [Theory]
    [InlineData("*", true)]
    [InlineData("\"r1\"", true)]
    [InlineData("\"r1\",\"r2\"  , \"r18446744073709551615\"", true)]
    [InlineData("W/\"r1\"", false)]
    [InlineData("\"1\"", false)]
    [InlineData("r1", false)]
    [InlineData("\"r\"", false)]
    [InlineData("\"r", false)]
    [InlineData("\"r01\"", false)]
    [InlineData("\"r+1\"", false)]
    [InlineData("\"r-1\"", false)]
    [InlineData("\"r1", false)]
    [InlineData("\"r1\",", false)]
    [InlineData("\"r1\" \"r2\"", false)]
    [InlineData("\"r18446744073709551616\"", false)]
    [InlineData("*, \"r1\"", false)]
    [InlineData("", false)]
    public void Entity_tags_are_strong_revisions(string tags, bool good)
    {
        foreach (var header in (OperationHeader[])[OperationHeader.IfMatch, OperationHeader.IfNoneMatch])
        {
            if (good) Accepted<PutCommand>(Put("a", "x", (header, tags)));
            else Refused("bad-precondition", Put("a", "x", (header, tags)));
        }
    }

    [Theory]
    [InlineData("bytes=", false)]
    [InlineData("bytes=1", false)]
    [InlineData("bytes=-", false)]
    [InlineData("bytes=2-1", false)]
    [InlineData("bytes=a-b", false)]
    [InlineData("bytes=1-2,", false)]
    [InlineData("bytes=1-2,5", false)]
    [InlineData("bytes=--1", false)]
    [InlineData("bytes=+1-2", false)]
    [InlineData("bytes 1-2", false)]
    [InlineData("items=1-2", false)]
    [InlineData("bytes=0-99999999999999999999", false)]
    [InlineData("bytes=1-1", true)]
    [InlineData("Bytes=1-", true)]
    [InlineData("bytes=-18446744073709551615", true)]
    [InlineData("bytes=0-1, 3-4", true)]
    public void A_range_is_of_bytes(string range, bool good)
    {
        if (good) Accepted<GetCommand>(Get("a", (OperationHeader.Range, range)));
        else Refused("bad-range", Get("a", (OperationHeader.Range, range)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("2")]
    [InlineData("{\"end\":5}")]
    [InlineData("{\"start\":\"2\"}")]
    [InlineData("{\"start\":-1}")]
    [InlineData("{\"start\":1.0}")]
    [InlineData("{\"start\":1e2}")]
    [InlineData("{\"start\":null}")]
    [InlineData("{\"start\":18446744073709551616}")]
    [InlineData("{\"start\":1,\"start\":1}")]
    [InlineData("{\"start\":1,\"end\":2,\"end\":2}")]
    [InlineData("{\"start\":1,\"other\":2}")]
    [InlineData("{\"start\":1,}")]
    [InlineData("{\"start\":1}x")]
    [InlineData("{\"start\":1}{}")]
    [InlineData("{\"start\":1")]
    [InlineData("{\"start\":{}}")]
    [InlineData("{\"\\uD800\":1}")]
    [InlineData("{\"\\u0073tart\":1}")]
    [InlineData("// no\n{\"start\":1}")]
    public void A_slice_is_strict_json(string body) => Refused("bad-slice", KeepSlice("a", body));

    [Fact]
    public void A_slice_has_its_content_type()
    {
        Accepted<KeepSliceCommand>(Slice("application/vnd.kv.slice+json"));
        Accepted<KeepSliceCommand>(Slice("Application/vnd.kv.slice+JSON; charset=utf-8"));
        Refused("bad-content-type", Slice("application/json"));
        Refused("bad-content-type", Operation(OperationMethod.Patch, "/v1/kv/a", "", "{\"start\":1}"));
        Refused("bad-slice", KeepSlice("a", "{\"start\":1}" + new string(' ', 2000)));

        static Operation Slice(string contentType) =>
            Operation(OperationMethod.Patch, "/v1/kv/a", "", "{\"start\":1}", (OperationHeader.ContentType, contentType));
    }

    [Fact]
    public void A_header_without_a_meaning_is_refused_rather_than_ignored()
    {
        Refused("unexpected-header", Put("a", "x", (OperationHeader.Range, "bytes=0-1")));
        Refused("unexpected-header", Put("a", "x", (OperationHeader.KvIfLength, "1")));
        Refused("unexpected-header", Get("a", (OperationHeader.KvIfLength, "1")));
        Accepted<PutCommand>(Put("a", "x", (OperationHeader.Prefer, "return=receipt")));
        Refused("bad-precondition", Append("a", "x", (OperationHeader.KvIfLength, "x")));
        Refused("bad-precondition", Append("a", "x", (OperationHeader.KvIfLength, "01")));
        Refused("content-type-too-long", Put("a", "x", (OperationHeader.ContentType, "text/plain;")));
    }

    private static T Accepted<T>(Operation operation)
    {
        Assert.True(OperationParser.TryParse(operation, _limits, out var command, out var error), error?.Detail);
        Assert.Null(error);
        return Assert.IsAssignableFrom<T>(command);
    }

    private static void Refused(string code, Operation operation)
    {
        Assert.False(OperationParser.TryParse(operation, _limits, out var command, out var error));
        Assert.Null(command);
        Assert.Equal(code, error.Code);
        Assert.NotEmpty(error.Detail);
    }
}
