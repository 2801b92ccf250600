using System.Runtime.InteropServices;
using System.Text;
using static KvStore.StateMachine.Tests.Requests;

namespace KvStore.StateMachine.Tests;

public class StepsParserTests
{
    [Fact]
    public void A_transaction_has_comparisons_and_two_branches()
    {
        var command = Assert.IsType<TransactionCommand>(Parsed(PostTransaction("""
            {"if":[{"key":"a","revision":41},{"keyB64":"_-8","exists":false},{"key":"c","valueB64":"/+8="}],
             "then":[{"op":"put","key":"ä\u00e4","value":"x\ny","contentType":"text/plain","ttl":60},{"key":"b","value":"","op":"append","ifLength":0}],
             "else":[{"op":"slice","key":"a","start":2,"end":5},{"op":"slice","key":"a","start":18446744073709551615},{"op":"delete","key":"a"},{"op":"get","key":"a","range":"bytes=0-9"},{"op":"get","key":"a"}]}
            """)));
        Assert.Equal((Key.Of("a"), 41UL, null, null), (command.If[0].Key, command.If[0].Revision, command.If[0].Exists, command.If[0].Value));
        Assert.Equal((new Key([0xff, 0xef]), null, false), (command.If[1].Key, command.If[1].Revision, command.If[1].Exists));
        Assert.Equal([0xff, 0xef], command.If[2].Value!.Value.ToArray());
        var put = Assert.IsType<PutCommand>(command.Then[0]);
        Assert.Equal((Key.Of("ää"), "x\ny", "text/plain", 60UL), (put.Key, Encoding.UTF8.GetString(put.Value.Span), put.ContentType, put.TimeToLiveSeconds));
        Assert.Equal(new AppendCommand(Key.Of("b"), Preconditions.None, 0, "", ReadOnlyMemory<byte>.Empty), Assert.IsType<AppendCommand>(command.Then[1]) with { Value = default });
        Assert.Equal(
            [
                new KeepSliceCommand(Key.Of("a"), Preconditions.None, 2, 5),
                new KeepSliceCommand(Key.Of("a"), Preconditions.None, ulong.MaxValue, null),
                new DeleteCommand(Key.Of("a"), Preconditions.None),
                new GetCommand(Key.Of("a"), Preconditions.None, new ByteRange(0, 9, FromEnd: false)),
                new GetCommand(Key.Of("a"), Preconditions.None, null),
            ],
            command.Else);
    }

    [Fact]
    public void A_batch_has_operations_that_may_name_a_revision()
    {
        var command = Assert.IsType<BatchCommand>(Parsed(PostBatch("""{"operations":[{"op":"delete","key":"a","ifRevision":41},{"op":"get","key":"a","ifRevision":0}]}""")));
        Assert.Equal([41UL], command.Operations[0].Conditions.IfMatch!.Revisions);
        Assert.True(command.Operations[1].Conditions is { IfMatch: null, IfNoneMatch.Any: true });
    }

    [Fact]
    public void A_value_is_a_slice_of_the_body_unless_it_has_to_be_decoded()
    {
        var operation = PostBatch("""{"operations":[{"op":"put","key":"a","value":"some text"},{"op":"put","key":"a","value":"some\u0020text"}]}""");
        var command = Assert.IsType<BatchCommand>(Parsed(operation));
        var values = command.Operations.Select(step => ((PutCommand)step).Value).ToList();
        Assert.All(values, value => Assert.Equal("some text"u8, value.Span));
        Assert.True(MemoryMarshal.TryGetArray(operation.Body, out var body) && MemoryMarshal.TryGetArray(values[0], out var plain) && body.Array == plain.Array);
    }

    [Theory]
    [InlineData("", "The body: is not JSON")]
    [InlineData("{", "The body: is not JSON")]
    [InlineData("{}", "The body: has nothing to do")]
    [InlineData("[]", "The body: must be a JSON object")]
    [InlineData("null", "The body: must be a JSON object")]
    [InlineData("""{"then":[],"else":[],"if":[{"key":"a","exists":true}]}""", "The body: has nothing to do")]
    [InlineData("""{"then":[{"op":"get","key":"a"}]} x""", "The body: is not JSON from line 1, byte 35 on")]
    [InlineData("""{"then":[{"op":"get","key":"a"}]}{}""", "The body: is not JSON")]
    [InlineData("""{"then":[{"op":"get","key":"a"},]}""", "The body: is not JSON")]
    [InlineData("""{"then":[{"op":"get","key":"a"}]/* */}""", "The body: is not JSON")]
    [InlineData("""{"then":[{"op":"get","key":"a"}],"then":[]}""", "then: is there twice")]
    [InlineData("""{"Then":[]}""", "The body: the member 'Then' is not known here")]
    [InlineData("""{"th\u0065n":[]}""", "The body: the member 'th\\u0065n' is not known here")]
    [InlineData("""{"then":{}}""", "then: must be a list")]
    [InlineData("""{"then":null}""", "then: must be a list")]
    [InlineData("""{"if":[1]}""", "if[0]: must be a JSON object")]
    [InlineData("""{"then":[{"op":"get","key":"a"},[]]}""", "then[1]: must be a JSON object")]
    [InlineData("""{"then":[{"key":"a"}]}""", "then[0]: needs 'op'")]
    [InlineData("""{"then":[{"op":"Get","key":"a"}]}""", "then[0].op: must be one of put, append")]
    [InlineData("""{"then":[{"op":1,"key":"a"}]}""", "then[0].op: must be a text")]
    [InlineData("""{"else":[{"op":"get"}]}""", "else[0]: needs 'key' or 'keyB64'")]
    [InlineData("""{"else":[{"op":"get","key":"a","keyB64":"YQ"}]}""", "else[0].keyB64: cannot stand beside 'key'")]
    [InlineData("""{"else":[{"op":"get","key":"a","key":"a"}]}""", "else[0].key: is there twice")]
    [InlineData("""{"then":[{"op":"put","key":"a"}]}""", "then[0]: needs 'value' or 'valueB64'")]
    [InlineData("""{"then":[{"op":"append","key":"a"}]}""", "then[0]: needs 'value' or 'valueB64'")]
    [InlineData("""{"then":[{"op":"slice","key":"a","end":2}]}""", "then[0]: needs 'start'")]
    [InlineData("""{"then":[{"op":"put","key":"a","value":"","valueB64":""}]}""", "then[0].valueB64: cannot stand beside 'value'")]
    [InlineData("""{"then":[{"op":"put","key":"a","value":7}]}""", "then[0].value: must be a text")]
    [InlineData("""{"then":[{"op":"put","key":"a","value":null}]}""", "then[0].value: must be a text")]
    [InlineData("""{"then":[{"op":"put","key":"a","value":"\ud800"}]}""", "then[0].value: has half of a surrogate pair")]
    [InlineData("""{"then":[{"op":"put","key":"a","valueB64":"YQ"}]}""", "then[0].valueB64: must be base64")]
    [InlineData("""{"then":[{"op":"put","key":"a","valueB64":"YR=="}]}""", "then[0].valueB64: must be base64")]
    [InlineData("""{"then":[{"op":"put","key":"a","valueB64":"YQ = ="}]}""", "then[0].valueB64: must be base64")]
    [InlineData("""{"then":[{"op":"put","key":"a","valueB64":"    "}]}""", "then[0].valueB64: must be base64")]
    [InlineData("""{"then":[{"op":"put","key":"a","valueB64":"_-8="}]}""", "then[0].valueB64: must be base64")]
    [InlineData("""{"then":[{"op":"put","key":"a","value":"","ifLength":0}]}""", "then[0].ifLength: has no meaning here")]
    [InlineData("""{"then":[{"op":"put","key":"a","value":"","ifRevision":0}]}""", "then[0].ifRevision: has no meaning here")]
    [InlineData("""{"then":[{"op":"put","key":"a","value":"","x":0}]}""", "then[0]: the member 'x' is not known here")]
    [InlineData("""{"then":[{"op":"append","key":"a","value":"","ttl":5}]}""", "then[0].ttl: has no meaning here")]
    [InlineData("""{"then":[{"op":"append","key":"a","value":"","ifLength":-1}]}""", "then[0].ifLength: must be a whole number")]
    [InlineData("""{"then":[{"op":"append","key":"a","value":"","ifLength":1.0}]}""", "then[0].ifLength: must be a whole number")]
    [InlineData("""{"then":[{"op":"append","key":"a","value":"","ifLength":1e1}]}""", "then[0].ifLength: must be a whole number")]
    [InlineData("""{"then":[{"op":"append","key":"a","value":"","ifLength":"1"}]}""", "then[0].ifLength: must be a whole number")]
    [InlineData("""{"then":[{"op":"append","key":"a","value":"","ifLength":18446744073709551616}]}""", "then[0].ifLength: must be a whole number")]
    [InlineData("""{"then":[{"op":"put","key":"a","value":"","ttl":0}]}""", "then[0].ttl: must be from 1 to 3153600000 seconds")]
    [InlineData("""{"then":[{"op":"put","key":"a","value":"","ttl":3153600001}]}""", "then[0].ttl: must be from 1 to 3153600000 seconds")]
    [InlineData("""{"then":[{"op":"put","key":"a","value":"","contentType":"text/plain "}]}""", "then[0].contentType: must not begin or end with a space")]
    [InlineData("""{"then":[{"op":"put","key":"a","value":"","contentType":"täxt"}]}""", "then[0].contentType: must be printable ASCII")]
    [InlineData("""{"if":[{"key":"a"}],"then":[]}""", "if[0]: compares nothing")]
    [InlineData("""{"if":[{"key":"a","exists":1}]}""", "if[0].exists: must be true or false")]
    [InlineData("""{"if":[{"key":"a","op":"get","exists":true}]}""", "if[0].op: has no meaning here")]
    [InlineData("""{"if":[{"exists":true}]}""", "if[0]: needs 'key'")]
    public void A_transaction_is_strict_json_and_a_refusal_names_the_place(string body, string detail) => Refused("bad-transaction", detail, PostTransaction(body));

    [Theory]
    [InlineData("""{"operations":[{"op":"get","key":""}]}""", "empty-key", "operations[0].key: is empty")]
    [InlineData("""{"operations":[{"op":"get","key":"12345"}]}""", "key-too-long", "operations[0].key: is over 4 bytes")]
    [InlineData("""{"operations":[{"op":"get","keyB64":"YR"}]}""", "bad-key", "operations[0].keyB64: must be base64url")]
    [InlineData("""{"operations":[{"op":"get","key":"a","range":"bytes=b"}]}""", "bad-range", "operations[0].range: is not one of")]
    [InlineData("""{"operations":[{"op":"put","key":"a","value":"","contentType":"12345"}]}""", "content-type-too-long", "operations[0].contentType: is over 4 bytes")]
    [InlineData("""{"operations":[{"op":"get","key":"a"},{"op":"get","key":"a"},{"op":"get","key":"a"},{}]}""", "too-many-operations", "operations[3]: there are over 3")]
    [InlineData("""{"operations":[]}""", "bad-batch", "The body: has nothing to do")]
    [InlineData("""{"then":[]}""", "bad-batch", "The body: the member 'then' is not known here")]
    [InlineData("""{"operations":[{"op":"get","key":"a","revision":4}]}""", "bad-batch", "operations[0].revision: has no meaning here")]
    public void A_batch_is_as_strict_and_has_the_limits_of_the_state(string body, string code, string detail) =>
        Refused(code, detail, PostBatch(body), new StateLimits { KeyBytesMax = 4, ContentTypeBytesMax = 4, OperationsMax = 3 });

    [Fact]
    public void Comparisons_and_both_branches_are_counted_together()
    {
        var limits = new StateLimits { OperationsMax = 3 };
        Parsed(PostTransaction("""{"if":[{"key":"a","exists":true}],"then":[{"op":"get","key":"a"}],"else":[{"op":"get","key":"a"}]}"""), limits);
        Refused("too-many-operations", "if[1]: there are over 3", PostTransaction("""{"then":[{"op":"get","key":"a"}],"else":[{"op":"get","key":"a"}],"if":[{"key":"a","exists":true},{"key":"a","exists":true}]}"""), limits);
    }

    [Fact]
    public void The_request_around_the_body_is_checked_too()
    {
        const string body = """{"operations":[{"op":"get","key":"a"}]}""";
        Refused("batch-too-large", "The body is over 38 bytes", PostBatch(body), new StateLimits { BatchBytesMax = 38 });
        Parsed(PostBatch(body), new StateLimits { BatchBytesMax = 39 });
        Refused("method-not-allowed", "", Operation(OperationMethod.Get, "/v1/batch"));
        Refused("method-not-allowed", "", Operation(OperationMethod.Put, "/v1/txn", "", body));
        Refused("unknown-parameter", "", Operation(OperationMethod.Post, "/v1/batch", "?x=5", body, (OperationHeader.ContentType, "application/json")));
        Refused("unexpected-header", "if-match", Operation(OperationMethod.Post, "/v1/txn", "", body, (OperationHeader.ContentType, "application/json"), (OperationHeader.IfMatch, "*")));
        Refused("bad-content-type", "application/json", Operation(OperationMethod.Post, "/v1/txn", "", body));
        foreach (var bad in (string[])["text/json", "application/json5", "application/json; charset=latin1", "application/json;", "application/json; a=b; charset=utf-8"])
            Refused("bad-content-type", "application/json", Operation(OperationMethod.Post, "/v1/batch", "", body, (OperationHeader.ContentType, bad)));
        foreach (var good in (string[])["application/json", "Application/JSON", "application/json;charset=UTF-8", "application/json ; charset=\"utf-8\""])
            Parsed(Operation(OperationMethod.Post, "/v1/batch", "", body, (OperationHeader.ContentType, good), (OperationHeader.Prefer, "return=receipt")));
        Refused("bad-batch", "The body: is not UTF-8", Raw(OperationMethod.Post, "/v1/batch", "", new byte[] { (byte)'"', 0xff, (byte)'"' }, (OperationHeader.ContentType, "application/json")));
    }

    private static Command Parsed(Operation operation, StateLimits? limits = null)
    {
        var parses = OperationParser.TryParse(operation, limits ?? new StateLimits(), out var command, out var error);
        Assert.True(parses, error?.Detail);
        return command!;
    }

    private static void Refused(string code, string detail, Operation operation, StateLimits? limits = null)
    {
        Assert.False(OperationParser.TryParse(operation, limits ?? new StateLimits(), out _, out var error));
        Assert.Contains(detail, error.Detail);
        Assert.Equal(code, error.Code);
    }
}
