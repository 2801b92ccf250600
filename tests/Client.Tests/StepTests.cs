using System.Text;

namespace KvStore.Client.Tests;

/// <summary>Transactions and batches as they are written, and their answers as they are read.</summary>
public sealed class StepTests
{
    private static readonly byte[] _text = "x"u8.ToArray();

    [Fact]
    public async Task A_transaction_is_written_as_gateways_read_it()
    {
        await using var gateway = FakeGateway.Saying(Answers.Of("200 OK", "",
            """{"succeeded":true,"revision":42,"shard":3,"results":[{"op":"put","key":"a","status":"created","revision":42,"etag":"\"r42\"","length":1}]}"""));
        using var client = Clients.Unsigned(gateway.Address);
        var transaction = new Transaction()
            .If(Comparison.At("a", new ETag(41)), Comparison.Exists("b"), Comparison.Absent("c"), Comparison.HasValue("d", _text))
            .Then(Step.Put("a", _text, "text/plain", TimeSpan.FromMinutes(1)), Step.Append("b", new byte[] { 0xff }, ifLength: 3))
            .Else(Step.KeepSlice("a", 1, 2), Step.Delete(new byte[] { 0xfe }), Step.Get("c", ByteRange.Between(0, 9)));
        var result = await client.TransactAsync(transaction, TestContext.Current.CancellationToken);

        const string json = """
            {"if":[{"key":"a","revision":41},{"key":"b","exists":true},{"key":"c","exists":false},{"key":"d","value":"x"}],
            "then":[{"op":"put","key":"a","value":"x","contentType":"text/plain","ttl":60},{"op":"append","key":"b","valueB64":"/w==","ifLength":3}],
            "else":[{"op":"slice","key":"a","start":1,"end":2},{"op":"delete","keyB64":"_g"},{"op":"get","key":"c","range":"bytes=0-9"}]}
            """;
        Assert.Equal(
            json.ReplaceLineEndings(""),
            Encoding.UTF8.GetString(gateway.Requests[0].Body));
        Assert.Equal(("/v1/txn", "application/json"), (gateway.Requests[0].Target, gateway.Requests[0].Header("Content-Type")));
        Assert.True(result.Succeeded);
        Assert.Equal((42UL, 3U), (result.Revision, result.Shard));
        var step = Assert.Single(result.Results);
        Assert.Equal(("put", new KvKey("a"), "created", new ETag(42), 1L), (step.Operation, step.Key, step.Status, step.ETag, step.Length));
    }

    [Fact]
    public async Task A_batch_has_conditions_and_results_of_its_own()
    {
        await using var gateway = FakeGateway.Saying(Answers.Of("200 OK", "Idempotent-Replayed: true\r\n", """
            {"results":[{"op":"put","key":"a","shard":1,"status":"error","error":{"code":"precondition-failed","status":412,"title":"A condition does not hold.",
            "detail":"It is r7.","retryable":false,"outcome":"not-applied","etag":"\"r7\""}},
            {"op":"get","keyB64":"_w","shard":0,"status":"ok","revision":3,"etag":"\"r3\"","length":2,"valueB64":"/v8=","expires":"2026-11-21T15:00:00.000Z"},
            {"op":"get","key":"b","shard":0,"status":"not-found"}]}
            """));
        using var client = Clients.Unsigned(gateway.Address);
        var result = await client.BatchAsync(
            [Step.Put("a", _text).IfMatch(new ETag(6)), Step.Get(new byte[] { 0xff }), Step.Get("b"), Step.Delete("c").IfAbsent()], TestContext.Current.CancellationToken);

        Assert.Equal(
            """{"operations":[{"op":"put","key":"a","value":"x","ifRevision":6},{"op":"get","keyB64":"_w"},{"op":"get","key":"b"},{"op":"delete","key":"c","ifRevision":0}]}""",
            Encoding.UTF8.GetString(gateway.Requests[0].Body));
        Assert.True(result.Replayed);
        Assert.Equal((Problem.PreconditionFailed, Outcome.NotApplied, new ETag(7)),
            (result.Results[0].Problem!.Code, result.Results[0].Problem!.Outcome, result.Results[0].Problem!.ETag));
        Assert.Equal([0xfe, 0xff], result.Results[1].Value!.Value.ToArray());
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 15, 0, 0, TimeSpan.Zero), result.Results[1].Expires);
        Assert.Null(result.Results[2].Value);
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    public async Task A_shard_that_gave_no_answer_gets_the_same_bytes_again_if_they_are_signed(bool isSigned, int sent)
    {
        const string partial = """
            {"results":[{"op":"put","key":"a","shard":0,"status":"ok","revision":1,"etag":"\"r1\"","length":1},
            {"op":"put","key":"b","shard":1,"status":"error","error":{"code":"no-quorum","status":503,"retryable":true,"outcome":"unknown"}}]}
            """;
        await using var gateway = FakeGateway.Saying(Answers.Of("200 OK", "", partial), Answers.Of("200 OK", "", """{"results":[]}"""));
        using var client = isSigned ? Clients.Signed(gateway.Address) : Clients.Unsigned(gateway.Address);
        var result = await client.BatchAsync([Step.Put("a", _text), Step.Put("b", _text)], TestContext.Current.CancellationToken);
        Assert.Equal(sent, gateway.Requests.Length);
        Assert.Equal(gateway.Requests[0].Meaning, gateway.Requests[^1].Meaning);
        Assert.Equal(isSigned ? 0 : 2, result.Results.Count);
    }

    [Fact]
    public async Task A_partial_answer_is_the_answer_when_no_other_can_be_had()
    {
        const string partial = """{"results":[{"op":"put","key":"b","shard":1,"status":"error","error":{"code":"no-quorum","status":503,"retryable":true,"outcome":"unknown"}}]}""";
        await using var gateway = FakeGateway.Saying(Answers.Of("200 OK", "", partial), Answers.Problem(400, "bad-body", "not-applied", retryable: false));
        using var client = Clients.Signed(gateway.Address);
        var result = await client.BatchAsync([Step.Put("b", _text)], TestContext.Current.CancellationToken);
        Assert.Equal(Outcome.Unknown, Assert.Single(result.Results).Problem!.Outcome);
    }

    [Fact]
    public async Task What_a_gateway_calls_not_applied_is_in_doubt_after_a_sending_that_may_have_been()
    {
        const string answer = """
            {"results":[{"op":"append","key":"a","shard":0,"status":"error","error":{"code":"precondition-failed","status":412,"retryable":false,"outcome":"not-applied"}},
            {"op":"append","key":"b","shard":1,"status":"error","error":{"code":"no-quorum","status":503,"retryable":true,"outcome":"OUTCOME"}}]}
            """;
        var (unknown, refused) = (answer.Replace("OUTCOME", "unknown", StringComparison.Ordinal), answer.Replace("OUTCOME", "not-applied", StringComparison.Ordinal));
        await using var gateway = FakeGateway.Saying(Answers.Of("200 OK", "", unknown), Answers.Of("200 OK", "", refused), Answers.Of("200 OK", "", refused));
        using var client = Clients.Signed(gateway.Address);
        var result = await client.BatchAsync([Step.Append("a", _text), Step.Append("b", _text)], TestContext.Current.CancellationToken);
        Assert.True(gateway.Requests.Length > 1);
        Assert.Equal([Outcome.NotApplied, Outcome.Unknown], result.Results.Select(step => step.Problem!.Outcome));
        Assert.NotNull(result.Request);
    }

    [Fact]
    public void A_condition_of_a_batch_does_not_go_into_a_transaction() =>
        Assert.Throws<ArgumentException>(() => new Transaction().Then(Step.Delete("a").IfMatch(new ETag(1))));

    [Fact]
    public void A_time_to_live_is_whole_seconds() =>
        Assert.Throws<ArgumentException>(() => Step.Put("a", _text, timeToLive: TimeSpan.FromMilliseconds(1500)));
}
