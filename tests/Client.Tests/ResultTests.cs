namespace KvStore.Client.Tests;

/// <summary>Answers as the client reads them.</summary>
public sealed class ResultTests
{
    [Fact]
    public async Task A_slice_says_where_it_lies()
    {
        await using var gateway = FakeGateway.Saying(Answers.Of("206 Partial Content",
            "ETag: \"r7\"\r\nKv-Revision: 9\r\nKv-Shard: 2\r\nContent-Range: bytes 2-5/11\r\nKv-Expires: 2026-11-21T15:00:00.000Z\r\n", "llo "));
        using var client = Clients.Unsigned(gateway.Address);
        var result = await client.GetAsync("key", cancel: TestContext.Current.CancellationToken);
        Assert.Equal((GetStatus.Found, 2L, 11L, 9UL, 2U, new ETag(7)), (result.Status, result.Offset, result.Length, result.Revision, result.Shard, result.ETag));
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 15, 0, 0, TimeSpan.Zero), result.Expires);
    }

    [Fact]
    public async Task A_body_without_a_length_is_read_to_its_end()
    {
        await using var gateway = FakeGateway.Saying(
            "HTTP/1.1 200 OK\r\nETag: \"r7\"\r\nKv-Revision: 9\r\nKv-Shard: 2\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n");
        using var client = Clients.Unsigned(gateway.Address);
        Assert.Equal("hello"u8.ToArray(), (await client.GetAsync("key", cancel: TestContext.Current.CancellationToken)).Value.ToArray());
    }

    [Fact]
    public async Task A_body_that_breaks_off_is_asked_for_again()
    {
        var whole = Answers.Value("hello");
        await using var gateway = FakeGateway.Saying(whole, whole);
        await using var breaking = new BreakingGateway(whole[..^2]);
        using var client = Clients.Unsigned(breaking.Address, gateway.Address);
        Assert.Equal("hello"u8.ToArray(), (await client.GetAsync("key", cancel: TestContext.Current.CancellationToken)).Value.ToArray());
    }

    [Fact]
    public async Task Absence_is_a_result_of_reads_and_deletions_and_a_failure_of_slices()
    {
        await using var gateway = FakeGateway.Saying(Answers.Problem(404, "not-found", "not-applied", retryable: false, revision: 12));
        using var client = Clients.Unsigned(gateway.Address);
        var cancel = TestContext.Current.CancellationToken;
        var got = await client.GetAsync("key", cancel: cancel);
        Assert.Equal((GetStatus.Absent, 12UL, false), (got.Status, got.Revision, got.Found));
        Assert.Equal(new DeleteResult(Deleted: false, 12, 0, Replayed: false), await client.DeleteAsync("key", cancel: cancel));
        Assert.Equal(Problem.NotFound, (await Assert.ThrowsAsync<KvException>(() => client.KeepSliceAsync("key", 0, cancel: cancel))).Problem.Code);
    }

    [Fact]
    public async Task A_path_that_is_not_served_is_not_an_absent_key()
    {
        await using var gateway = FakeGateway.Saying(Answers.Problem(404, "unknown-path", "not-applied", retryable: false));
        using var client = Clients.Unsigned(gateway.Address);
        await Assert.ThrowsAsync<KvException>(() => client.GetAsync("key", cancel: TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_success_that_no_gateway_gives_is_a_failure()
    {
        await using var gateway = FakeGateway.Saying(Answers.Of("200 OK", "Content-Type: text/html\r\n", "<h1>Welcome</h1>"));
        using var client = Clients.Signed(gateway.Address);
        var cancel = TestContext.Current.CancellationToken;
        Assert.Equal(Problem.BadAnswer, (await Assert.ThrowsAsync<KvException>(() => client.GetAsync("key", cancel: cancel))).Problem.Code);
        Assert.Equal(Problem.BadAnswer, (await Assert.ThrowsAsync<KvException>(() => client.ListPageAsync(cancel: cancel))).Problem.Code);
        Assert.Equal(Problem.BadAnswer, (await Assert.ThrowsAsync<KvException>(() => client.StatusAsync(cancel))).Problem.Code);
        var write = await Assert.ThrowsAsync<OutcomeUnknownException>(() => client.PutAsync("key", new byte[1], cancel: cancel));
        Assert.NotNull(write.Request);
    }

    [Fact]
    public async Task Pages_follow_one_another_and_have_the_revisions_of_their_shards()
    {
        await using var gateway = FakeGateway.Saying(
            Answers.Of("200 OK", "", """
                {"revisions":{"0":12,"1":7},"total":3,"items":[{"key":"a","etag":"\"r1\"","revision":1,"length":5,"value":"hello","contentType":"text/plain"},
                {"keyB64":"_w","etag":"\"r2\"","revision":2,"length":1,"valueB64":"/w=="}],"next":"/v1/kv?limit=2&after=_w&at=r12"}
                """),
            Answers.Of("200 OK", "", """{"revision":12,"shard":0,"items":[{"key":"b","etag":"\"r3\"","revision":3,"length":0}]}"""));
        using var client = Clients.Unsigned(gateway.Address);
        var cancel = TestContext.Current.CancellationToken;
        var first = await client.ListPageAsync(new ListOptions { Prefix = "a b", End = new byte[] { 0xff }, PageSize = 2, Count = true }, cancel: cancel);
        Assert.Equal("/v1/kv?prefix=a%20b&end=%FF&limit=2&count=true", gateway.Requests[0].Target);
        Assert.Equal((3L, 12UL, 7UL), (first.Total, first.Revisions[0], first.Revisions[1]));
        Assert.Equal(["a", "b64:_w"], first.Entries.Select(entry => entry.Key.ToString()));
        var second = await client.ListPageAsync(next: first.Next, cancel: cancel);
        Assert.Equal("/v1/kv?limit=2&after=_w&at=r12", gateway.Requests[1].Target);
        Assert.Null(second.Next);
        Assert.Null(Assert.Single(second.Entries).Value);
        Assert.Equal(12UL, second.Revisions[0]);
    }

    [Fact]
    public async Task A_link_that_leads_elsewhere_is_not_followed()
    {
        using var client = Clients.Unsigned(FakeGateway.Nobody());
        await Assert.ThrowsAsync<ArgumentException>(() => client.ListPageAsync(next: "//elsewhere/v1/kv?x", cancel: TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/base")]
    [InlineData("http://127.0.0.1:1/?x")]
    [InlineData("http://user@127.0.0.1:1/")]
    [InlineData("ftp://127.0.0.1/")]
    public void What_is_no_address_of_a_gateway_is_refused(string address) => Assert.Throws<ArgumentException>(() => new KvClient(new Uri(address)));

    [Fact]
    public void Without_a_gateway_there_is_no_client() => Assert.Throws<ArgumentException>(() => new KvClient(new KvClientOptions { Gateways = [] }));

    [Fact]
    public async Task A_read_says_how_long_it_waits()
    {
        await using var gateway = FakeGateway.Saying(Answers.Value("v"));
        using var client = Clients.Unsigned(gateway.Address);
        var cancel = TestContext.Current.CancellationToken;
        await client.GetAsync("key", new GetOptions { IfNoneMatch = new ETag(7), Wait = TimeSpan.FromSeconds(30) }, cancel);
        await client.GetAsync("key", new GetOptions { Consistency = Consistency.Local, Wait = TimeSpan.FromMilliseconds(1500) }, cancel);
        Assert.Equal(["/v1/kv/key?wait=30s", "/v1/kv/key?consistency=local&wait=1500ms"], gateway.Requests.Select(request => request.Target));
    }
}
