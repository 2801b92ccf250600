using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace KvStore.StateMachine.Tests;

/// <summary>Whatever a client signs is parsed and executed by every replica: nothing may throw.</summary>
public class ParserFuzzTests
{
    private static readonly string[] _pieces =
    [
        "/v1/kv", "/v1/kvb", "/", "?", "&", "=", "prefix", "start", "end", "after", "limit", "keysOnly", "count", "consistency", "wait", "ttl", "%", "%2", "%2F",
        "%FF", "%C3", "%A4", "%00", ".", "..", "a", "Z", "_", "-", "+", "0", "1", "18446744073709551615", "99999999999999999999", "bytes=", ",", "\"", "\"r", "W/",
        "*", "{", "}", "\"start\":", "\"end\":", "\\uD800", "\\u00", "[", "]", ":", "application/vnd.kv.slice+json", ";", "~", "#", "e5", "true", "null",
    ];

    private static readonly string[] _json =
    [
        "{\"then\":[", "{\"operations\":[", "],\"if\":[", "],\"else\":[", "]}", "{", "},", "}", "[", "]", ",", " ", "/*", "\"op\":\"put\"", "\"op\":\"append\"", "\"op\":\"slice\"",
        "\"op\":\"get\"", "\"op\":\"delete\"", ",\"key\":\"a\"", ",\"key\":\"\\uD800\"", ",\"keyB64\":\"YQ\"", ",\"value\":\"x\"", ",\"value\":\"\\uDC00x\"", ",\"valueB64\":\"YWJj\"",
        ",\"valueB64\":\"=\"", ",\"start\":0", ",\"end\":1", ",\"ttl\":9", ",\"ttl\":3153600000", ",\"ifLength\":1", ",\"ifRevision\":0", ",\"revision\":1", ",\"exists\":true", ",\"range\":\"bytes=0-\"", "\"",
        ",\"contentType\":\"a/b\"", "\\", "\u00ff", "null", "18446744073709551616", "{\"op\":\"put\",\"key\":\"a\",\"value\":\"x\"}", "{\"key\":\"a\",\"exists\":true}",
    ];

    private static readonly Gen<string> _text = Gen.Elements(_pieces).ArrayOf().Select(string.Concat);

    private static readonly Arbitrary<(string Path, string Query, string Header, string Body)> _request =
        (from prefix in Gen.Elements("/v1/kv/", "/v1/kvb/", "/v1/kv", "/", "/v1/kv/a")
         from path in _text
         from empty in Gen.Choose(0, 1)
         from query in _text
         from header in _text
         from body in _text
         select (prefix + (empty == 0 ? "" : path), query.Length == 0 ? "" : "?" + query, header, body)).ToArbitrary();

    [Fact]
    public void No_request_makes_the_parser_or_the_execution_throw() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(_request, request =>
        {
            var shard = new Shard();
            foreach (var method in Enum.GetValues<OperationMethod>())
            {
                foreach (var header in Enum.GetValues<OperationHeader>())
                {
                    OperationHeaderField[] headers = method == OperationMethod.Patch && header != OperationHeader.ContentType
                        ? [new(OperationHeader.ContentType, "application/vnd.kv.slice+json"), new(header, request.Header)]
                        : [new(header, request.Header)];
                    var body = method is OperationMethod.Put or OperationMethod.Post or OperationMethod.Patch ? Encoding.UTF8.GetBytes(request.Body) : [];
                    if (!Operation.TryCreate(method, request.Path, request.Query, [.. headers], body, out var operation)) continue;
                    var parses = OperationParser.TryParse(operation, shard.State.Limits, out _, out var error);
                    Assert.Equal(parses, error is null);
                    Assert.Equal(!parses, shard.Do(operation).Code == ResultCode.Invalid);
                }
            }
        }));

    [Fact]
    public void No_body_makes_a_transaction_or_a_batch_throw() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5000), Prop.ForAll(Gen.Elements(_json).ArrayOf().Select(string.Concat).ToArbitrary(), body =>
        {
            var shard = new Shard(new StateLimits { OperationsMax = 3 });
            foreach (var operation in (Operation[])[Requests.PostTransaction(body), Requests.PostBatch(body)])
            {
                var parses = OperationParser.TryParse(operation, shard.State.Limits, out _, out var error);
                Assert.Equal(parses, error is null);
                Assert.Equal(!parses, shard.Do(operation).Code == ResultCode.Invalid);
            }
        }));
}
