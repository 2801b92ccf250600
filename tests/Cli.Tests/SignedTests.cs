using System.Text;
using System.Text.Json;
using KvStore.Client;

namespace KvStore.Cli.Tests;

/// <summary>Commands and the client against a cluster that takes signed requests only.</summary>
public sealed class SignedTests(SignedKv kv) : IClassFixture<SignedKv>
{
    [Fact]
    public async Task Every_command_on_data_is_signed()
    {
        Assert.Equal("r", (await kv.Output("put", "a b/ü", "hello", "--content-type", "text/plain"))[..1]);
        await kv.Output("append", "a b/ü", " world", "--if-length", "5");
        Assert.Equal("hello world", await kv.Output("get", "a b/ü"));
        Assert.Equal("world", await kv.Output("get", "a b/ü", "--range", "6-10", "--consistency", "certified"));
        await kv.Output("slice", "a b/ü", "0", "5");
        Assert.Equal("a b/ü\n", await kv.Output("list", "--prefix", "a b"));
        await kv.Output("put", "../x", "odd", "--if-none-match", "*");
        Assert.Equal("odd", await kv.Output("get", "../x", "--consistency", "local"));
        await kv.Output("delete", "a b/ü");
        await kv.Output("txn", """{"then":[{"op":"put","key":"{x}a","value":"1"},{"op":"put","key":"{x}b","value":"2"}]}""");
        Assert.Equal(1, (await kv.Run("txn", """{"then":[{"op":"put","key":"0","value":"1"},{"op":"put","key":"1","value":"2"},{"op":"put","key":"2","value":"3"}]}""")).ExitCode);
        using var batch = JsonDocument.Parse(await kv.Output("batch", $$"""{"operations":[{{string.Join(',', Enumerable.Range(0, 8).Select(Put))}}]}"""));
        Assert.Equal((int[])[0, 1], batch.RootElement.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("shard").GetInt32()).Distinct().Order());
        Assert.Equal(0, (await kv.Run("status")).ExitCode);
    }

    [Fact]
    public async Task A_lost_answer_to_a_batch_on_several_shards_is_had_again_and_applied_once()
    {
        using var client = kv.Client(() => new LosingAnswers(number => number < 1));
        var cancel = TestContext.Current.CancellationToken;
        var steps = Enumerable.Range(0, 8).Select(i => Step.Append($"lost-batch/{i}", new byte[] { 1 }));
        var result = await client.BatchAsync(steps, cancel);
        Assert.True(result.Replayed);
        Assert.All(result.Results, step => Assert.Equal(1, step.Length));
        Assert.Equal(8, await client.ListAsync(new ListOptions { Prefix = "lost-batch/" }, cancel).CountAsync(entry => entry.Length == 1, cancel));
    }

    [Fact]
    public async Task A_transaction_by_the_builder_is_read_as_it_was_meant()
    {
        using var client = kv.Client();
        var cancel = TestContext.Current.CancellationToken;
        var put = await client.PutAsync("{b}a", new byte[] { 0xff, 1, 2 }, cancel: cancel);
        var transaction = new Transaction()
            .If(Comparison.At("{b}a", put.ETag), Comparison.HasValue("{b}a", new byte[] { 0xff, 1, 2 }), Comparison.Absent("{b}b"))
            .Then(
                Step.KeepSlice("{b}a", 1),
                Step.Put("{b}b", "text"u8.ToArray(), "text/plain", TimeSpan.FromHours(1)),
                Step.Append("{b}b", "!"u8.ToArray(), ifLength: 4),
                Step.Get("{b}b", ByteRange.Last(3)),
                Step.Delete("{b}c"));
        var result = await client.TransactAsync(transaction, cancel);
        Assert.True(result.Succeeded);
        Assert.Equal(["slice", "put", "append", "get", "delete"], result.Results.Select(step => step.Operation));
        Assert.Equal("xt!"u8.ToArray(), result.Results[3].Value!.Value.ToArray());
        Assert.NotNull(result.Results[2].Expires);
        Assert.Equal("not-found", result.Results[4].Status);
        Assert.False((await client.TransactAsync(transaction, cancel)).Succeeded);

        var refused = await Assert.ThrowsAsync<KvException>(
            () => client.TransactAsync(new Transaction().Then(Step.Get("{b}a"), Step.Append("{b}b", default, ifLength: 99)), cancel));
        Assert.Equal((Problem.PreconditionFailed, 1), (refused.Problem.Code, refused.Problem.Step));
    }

    [Fact]
    public async Task Without_a_key_it_ends_with_5_and_says_how_to_get_one()
    {
        foreach (var args in (string[][])[["put", "key", "x"], ["get", "key"], ["list"], ["request", "a", "b"]])
        {
            var run = await Kv.RunWith(new Surroundings { Url = kv.Address.ToString() }, args);
            Assert.Equal(5, run.ExitCode);
            Assert.Contains("kv key new", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_pinned_cluster_that_is_another_one_is_noticed()
    {
        var around = new Surroundings { Url = kv.Address.ToString(), Key = kv.KeyFile };
        var run = await Kv.RunWith(around with { Cluster = new string('A', 43) }, "put", "key", "x");
        Assert.Equal(5, run.ExitCode);
        Assert.Contains("--cluster", run.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await Kv.RunWith(around, "put", "key", "x", "--cluster", "nonsense")).ExitCode);

        using var client = new KvClient(kv.Address);
        var id = (await client.ClusterAsync(TestContext.Current.CancellationToken)).Cluster;
        Assert.Equal(0, (await Kv.RunWith(around, "put", "key", "x", "--cluster", id)).ExitCode);
    }

    [Fact]
    public async Task The_next_gateway_takes_over_when_one_is_down()
    {
        var around = new Surroundings { Url = $"http://127.0.0.1:1, {kv.Address}", Key = kv.KeyFile };
        Assert.Equal(0, (await Kv.RunWith(around, "put", "failover", "x")).ExitCode);
    }

    [Fact]
    public async Task A_lost_answer_is_had_again_and_the_append_is_applied_once()
    {
        using var client = kv.Client(() => new LosingAnswers(number => number < 2));
        var result = await client.AppendAsync("lost", Encoding.UTF8.GetBytes("once"), cancel: TestContext.Current.CancellationToken);
        Assert.True(result.Replayed);
        Assert.Equal("once", await kv.Output("get", "lost"));
    }

    [Fact]
    public async Task What_became_of_a_request_whose_answers_are_all_lost_can_be_asked()
    {
        using var client = kv.Client(() => new LosingAnswers(_ => true));
        var failure = await Assert.ThrowsAsync<OutcomeUnknownException>(
            () => client.PutAsync("unsure", Encoding.UTF8.GetBytes("value"), cancel: TestContext.Current.CancellationToken));
        Assert.Equal(kv.KeyId, failure.Request!.KeyId);
        Assert.Equal("executed\n", await kv.Output("request", failure.Request.KeyId, failure.Request.Nonce));
        using var json = JsonDocument.Parse(await kv.Output("request", failure.Request.KeyId, failure.Request.Nonce, "-o", "json"));
        Assert.Equal(failure.Request.Digest.ToString(), json.RootElement.GetProperty("request").GetString());
        Assert.Equal("created", json.RootElement.GetProperty("result").GetProperty("code").GetString());
        Assert.Equal("unknown\n", await kv.Output("request", kv.KeyId, "AAAAAAAAAAAAAAAAAAAAKg"));
    }

    [Fact]
    public async Task Many_at_a_time_all_get_their_answers()
    {
        using var client = kv.Client();
        var cancel = TestContext.Current.CancellationToken;
        var writes = Enumerable.Range(0, 200).Select(i => client.AppendAsync($"many/{i % 10}", Encoding.UTF8.GetBytes("x"), cancel: cancel));
        var results = await Task.WhenAll(writes);
        Assert.Equal(10, results.Count(result => result.Created));
        var listed = await client.ListAsync(new ListOptions { Prefix = "many/", PageSize = 3 }, cancel).ToListAsync(cancel);
        Assert.Equal(Enumerable.Repeat(20L, 10), listed.Select(entry => entry.Length));
        Assert.Equal((string[])["many/0", "many/1"], listed.Take(2).Select(entry => entry.Key.ToString()));
    }

    [Fact]
    public async Task Keys_and_values_of_any_bytes_come_back_as_they_were()
    {
        using var client = kv.Client();
        var cancel = TestContext.Current.CancellationToken;
        byte[] key = [0xff, 0, 1];
        byte[] value = [0xfe, 0, 0xff];
        var put = await client.PutAsync(key, value, cancel: cancel);
        var got = await client.GetAsync(key, cancel: cancel);
        Assert.Equal(value, got.Value.ToArray());
        Assert.Equal(put.ETag, got.ETag);
        Assert.Equal(GetStatus.NotModified, (await client.GetAsync(key, new GetOptions { IfNoneMatch = put.ETag }, cancel)).Status);
        var listed = await client.ListPageAsync(new ListOptions { Prefix = key, Count = true }, cancel: cancel);
        Assert.Equal(1, listed.Total);
        Assert.Equal(new KvKey(key), Assert.Single(listed.Entries).Key);
        Assert.Equal(value, listed.Entries[0].Value!.Value.ToArray());
        Assert.True((await client.DeleteAsync(key, put.ETag, cancel)).Deleted);
        Assert.False((await client.DeleteAsync(key, cancel: cancel)).Deleted);
        Assert.Equal(GetStatus.Absent, (await client.GetAsync(key, cancel: cancel)).Status);
    }

    private static string Put(int i) => $$"""{"op":"put","key":"batch/{{i}}","value":"x"}""";
}
