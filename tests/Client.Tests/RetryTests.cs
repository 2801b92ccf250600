using KvStore.Protocol;

namespace KvStore.Client.Tests;

/// <summary>When a request is sent again, with what, and what its caller hears in the end.</summary>
public sealed class RetryTests
{
    private static readonly byte[] _value = "value"u8.ToArray();

    [Fact]
    public async Task A_lost_answer_is_asked_for_again_with_the_same_bytes()
    {
        await using var gateway = FakeGateway.Saying(null, Answers.Written(replayed: true));
        using var client = Clients.Signed(gateway.Address);
        var result = await client.AppendAsync("log", _value, cancel: TestContext.Current.CancellationToken);
        Assert.True(result.Replayed);
        Assert.Equal(2, gateway.Requests.Length);
        Assert.Equal(gateway.Requests[0].Meaning, gateway.Requests[1].Meaning);
    }

    [Fact]
    public async Task The_next_gateway_gets_the_same_bytes()
    {
        await using var first = FakeGateway.Saying((string?)null);
        await using var second = FakeGateway.Saying(Answers.Written());
        using var client = Clients.Signed(first.Address, second.Address);
        await client.PutAsync("key", _value, cancel: TestContext.Current.CancellationToken);
        Assert.Equal(first.Requests.Single().Meaning, second.Requests.Single().Meaning);
    }

    [Fact]
    public async Task The_gateway_that_answered_is_stayed_with()
    {
        await using var second = FakeGateway.Saying(Answers.Written());
        using var client = Clients.Signed(FakeGateway.Nobody(), second.Address);
        for (var i = 0; i < 3; i++) await client.PutAsync("key", _value, cancel: TestContext.Current.CancellationToken);
        Assert.Equal(3, second.Requests.Length);
        Assert.Equal(3, second.Requests.Select(request => request.Header("Signature-Input")).Distinct().Count());
    }

    [Fact]
    public async Task What_a_gateway_asks_to_wait_is_waited()
    {
        await using var gateway = FakeGateway.Saying(Answers.Problem(503, "no-quorum", "not-applied", retryAfter: 1), Answers.Written());
        using var client = Clients.Signed(gateway.Address);
        var begun = TimeProvider.System.GetTimestamp();
        await client.PutAsync("key", _value, cancel: TestContext.Current.CancellationToken);
        Assert.True(TimeProvider.System.GetElapsedTime(begun) >= TimeSpan.FromSeconds(1));
        Assert.Equal(2, gateway.Requests.Length);
    }

    [Fact]
    public async Task A_gateway_that_asks_for_more_time_than_there_is_ends_it_at_once()
    {
        await using var gateway = FakeGateway.Saying(Answers.Problem(503, "no-quorum", "not-applied", retryAfter: 3600));
        using var client = Clients.Signed(gateway.Address);
        var failure = await Assert.ThrowsAsync<KvException>(() => client.PutAsync("key", _value, cancel: TestContext.Current.CancellationToken));
        Assert.Equal(("no-quorum", TimeSpan.FromHours(1)), (failure.Problem.Code, failure.Problem.RetryAfter));
        Assert.Single(gateway.Requests);
    }

    [Fact]
    public async Task When_all_gateways_go_down_after_the_request_was_out_its_id_is_told()
    {
        await using var gateway = FakeGateway.Saying((string?)null);
        using var client = Clients.Signed(gateway.Address, FakeGateway.Nobody());
        var failure = await Assert.ThrowsAsync<OutcomeUnknownException>(() => client.PutAsync("key", _value, cancel: TestContext.Current.CancellationToken));
        var sent = gateway.Requests[0];
        Assert.Contains($"nonce=\"{failure.Request!.Nonce}\";keyid=\"{failure.Request.KeyId}\"", sent.Header("Signature-Input"), StringComparison.Ordinal);
        Assert.Equal(Digest.Of(SignedText.Base(sent)), failure.Request.Digest);
        Assert.Equal(Outcome.Unknown, failure.Problem.Outcome);
    }

    [Fact]
    public async Task When_no_gateway_was_ever_reached_nothing_was_applied()
    {
        using var client = Clients.Signed(FakeGateway.Nobody(), FakeGateway.Nobody());
        var failure = await Assert.ThrowsAsync<KvException>(() => client.PutAsync("key", _value, cancel: TestContext.Current.CancellationToken));
        Assert.Equal((Problem.Unreachable, Outcome.NotApplied), (failure.Problem.Code, failure.Problem.Outcome));
    }

    [Fact]
    public async Task An_unsigned_write_with_an_unknown_outcome_is_not_sent_again()
    {
        foreach (var answer in (string?[])[null, Answers.Problem(504, "outcome-unknown", "unknown"), Answers.Of("502 Bad Gateway", "")])
        {
            await using var gateway = FakeGateway.Saying(answer, Answers.Written());
            using var client = Clients.Unsigned(gateway.Address);
            var failure = await Assert.ThrowsAsync<OutcomeUnknownException>(
                () => client.AppendAsync("key", _value, cancel: TestContext.Current.CancellationToken));
            Assert.Null(failure.Request);
            await Assert.ThrowsAsync<OutcomeUnknownException>(async () =>
            {
                await using var other = FakeGateway.Saying(answer, Answers.Of("204 No Content", "Kv-Revision: 1\r\nKv-Shard: 0\r\n"));
                using var deleting = Clients.Unsigned(other.Address);
                await deleting.DeleteAsync("key", cancel: TestContext.Current.CancellationToken);
            });
            Assert.Single(gateway.Requests);
        }
    }

    [Fact]
    public async Task An_unsigned_write_is_sent_again_when_it_was_not_applied()
    {
        await using var gateway = FakeGateway.Saying(Answers.Problem(503, "busy", "not-applied"), Answers.Written());
        using var client = Clients.Unsigned(FakeGateway.Nobody(), gateway.Address);
        await client.PutAsync("key", _value, cancel: TestContext.Current.CancellationToken);
        Assert.Equal(2, gateway.Requests.Length);
    }

    [Fact]
    public async Task A_read_is_sent_again_whether_it_is_signed_or_not()
    {
        await using var gateway = FakeGateway.Saying(null, Answers.Problem(504, "outcome-unknown", "unknown", retryable: false), Answers.Value("hello"));
        using var client = Clients.Unsigned(gateway.Address);
        var got = await client.GetAsync("key", cancel: TestContext.Current.CancellationToken);
        Assert.Equal("hello"u8, got.Value.Span);
        Assert.Equal(3, gateway.Requests.Length);
    }

    [Theory]
    [InlineData(412, "precondition-failed", 8)]
    [InlineData(404, "not-found", 8)]
    [InlineData(422, "nonce-conflict", 8)]
    public async Task What_the_shard_found_settles_a_request_that_may_have_been_applied(int status, string code, int revision)
    {
        await using var gateway = FakeGateway.Saying(null, Answers.Problem(status, code, "not-applied", retryable: false, revision: revision));
        using var client = Clients.Signed(gateway.Address);
        var failure = await Assert.ThrowsAsync<KvException>(() => client.PutAsync("key", _value, cancel: TestContext.Current.CancellationToken));
        Assert.Equal(code, failure.Problem.Code);
    }

    [Theory]
    [InlineData(401, "nonce-stale", 8)]
    [InlineData(401, "request-expired", 8)]
    [InlineData(403, "client-not-admitted", null)]
    [InlineData(413, "value-too-large", null)]
    [InlineData(429, "too-many-sessions", 8)]
    [InlineData(500, "internal-error", null)]
    public async Task What_only_turns_away_this_attempt_settles_nothing(int status, string code, int? revision)
    {
        await using var gateway = FakeGateway.Saying(null, Answers.Problem(status, code, "not-applied", retryable: false, revision: revision));
        using var client = Clients.Signed(gateway.Address);
        var failure = await Assert.ThrowsAsync<OutcomeUnknownException>(() => client.PutAsync("key", _value, cancel: TestContext.Current.CancellationToken));
        Assert.Equal(code, failure.Problem.Code);
        Assert.NotNull(failure.Request);
    }

    [Fact]
    public async Task A_silent_gateway_is_left_for_the_next_one()
    {
        var clock = new ManualClock();
        await using var silent = Silent(() => clock.Pass(TimeSpan.FromSeconds(6)));
        await using var second = FakeGateway.Saying(Answers.Written());
        using var client = new KvClient(Clients.Options(silent.Address, second.Address) with { Key = Clients.Key, Cluster = Clients.Cluster, Clock = clock });
        await client.PutAsync("key", _value, cancel: TestContext.Current.CancellationToken);
        Assert.Equal(silent.Requests.Single().Meaning, second.Requests.Single().Meaning);
    }

    [Fact]
    public async Task The_time_limit_ends_a_write_with_an_unknown_outcome()
    {
        var clock = new ManualClock();
        await using var silent = Silent(() => clock.Pass(TimeSpan.FromSeconds(15)));
        using var client = new KvClient(Clients.Options(silent.Address) with { Clock = clock });
        var write = await Assert.ThrowsAsync<OutcomeUnknownException>(() => client.PutAsync("key", _value, cancel: TestContext.Current.CancellationToken));
        Assert.Equal((Problem.TimedOut, Outcome.Unknown), (write.Problem.Code, write.Problem.Outcome));
        var read = await Assert.ThrowsAsync<KvException>(() => client.GetAsync("key", cancel: TestContext.Current.CancellationToken));
        Assert.Equal(Problem.TimedOut, read.Problem.Code);
    }

    [Fact]
    public async Task A_read_that_waits_has_more_time()
    {
        var clock = new ManualClock();
        await using var gateway = new FakeGateway((_, _) =>
        {
            clock.Pass(TimeSpan.FromSeconds(30));
            return Task.FromResult<string?>(Answers.Value("v"));
        });
        using var client = new KvClient(Clients.Options(gateway.Address) with { Clock = clock });
        await client.GetAsync("key", new GetOptions { Wait = TimeSpan.FromSeconds(30) }, TestContext.Current.CancellationToken);
        Assert.Single(gateway.Requests);
    }

    [Fact]
    public async Task Whoever_gives_up_is_told_so()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var silent = new FakeGateway(async (_, _) =>
        {
            await cancel.CancelAsync();
            return await Never();
        });
        using var client = Clients.Signed(silent.Address);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.PutAsync("key", _value, cancel: cancel.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.PutAsync("key", _value, cancel: cancel.Token));
        Assert.Single(silent.Requests);
    }

    private static FakeGateway Silent(Action asked) => new((_, _) =>
    {
        asked();
        return Never();
    });

    private static Task<string?> Never() => new TaskCompletionSource<string?>().Task;
}
