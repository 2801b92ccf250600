using static KvStore.StateMachine.Tests.Requests;

namespace KvStore.StateMachine.Tests;

public class ExpiryTests
{
    private readonly Shard _shard = new();
    private ulong _counter;

    [Fact]
    public void A_key_with_a_time_to_live_says_when_it_expires_and_is_gone_from_that_batch_time_on()
    {
        Assert.Null(_shard.View.NextExpiry);
        var put = At(10, PutFor("a", "x", seconds: 30)).Result;
        Assert.Equal((ResultCode.Created, Requests.At(40)), (put.Code, put.Expires));
        Assert.Equal((Requests.At(40), Requests.At(40)), (_shard.Read(Get("a")).Expires, _shard.List().Entries[0].Expires));
        Assert.Equal(Requests.At(40), _shard.View.NextExpiry);

        Assert.Empty(_shard.Execute(39.999).Changes);
        Assert.Equal("x", _shard.Value("a"));
        Assert.Equal([new KeyChange(KeyChangeKind.Expire, Key.Of("a"), 2)], _shard.Execute(40).Changes);
        Assert.Equal((null, 0, 2UL, null), (_shard.Value("a"), _shard.View.KeyCount, _shard.View.Revision, _shard.View.NextExpiry));
    }

    [Fact]
    public void It_is_there_for_all_until_a_batch_has_removed_it()
    {
        At(0, PutFor("a", "x", seconds: 1));
        var before = _shard.View;
        var seen = _shard.Execute(5, Request(Get("a"), 100), Request(Put("a", "y", (OperationHeader.IfNoneMatch, "*")), 101));
        Assert.Equal([ResultCode.NotFound, ResultCode.Created], seen.Outcomes.Select(outcome => outcome.Result.Code));
        Assert.Equal([KeyChangeKind.Expire, KeyChangeKind.Put], seen.Changes.Select(change => change.Kind));
        Assert.True(OperationParser.TryParse(Get("a"), before.Limits, out var command, out _));
        Assert.Equal(ResultCode.Ok, before.Read(command).Code); // That state is of an earlier time, however late it is read.
    }

    [Fact]
    public void Only_batch_time_counts_and_it_does_not_go_back()
    {
        At(100, PutFor("a", "x", seconds: 10));
        Assert.Equal(Requests.At(110), At(50, PutFor("b", "x", seconds: 10)).Result.Expires);
        Assert.Empty(_shard.Execute(109).Changes);
        Assert.Equal(2, _shard.Execute(110).Changes.Length);
    }

    [Fact]
    public void A_put_without_a_time_to_live_clears_it_and_append_and_slice_keep_it()
    {
        foreach (var key in (string[])["append", "slice", "put", "again", "delete"]) At(0, PutFor(key, "abc", seconds: 10));
        Assert.Equal(Requests.At(10), At(1, Append("append", "x")).Result.Expires);
        Assert.Equal(Requests.At(10), At(1, KeepSlice("slice", "{\"start\":1}")).Result.Expires);
        Assert.Equal(default, At(1, Put("put", "x")).Result.Expires);
        Assert.Equal(Requests.At(22), At(2, PutFor("again", "x", seconds: 20)).Result.Expires);
        At(2, Delete("delete"));
        Assert.Equal(default, At(2, Put("delete", "new")).Result.Expires);
        Assert.Equal(default, At(2, Append("fresh", "x")).Result.Expires);

        Assert.Equal(["append", "slice"], _shard.Execute(10).Changes.Select(change => change.Key.ToString()));
        Assert.Equal(Requests.At(22), _shard.View.NextExpiry);
        Assert.Equal(["again", "delete", "fresh", "put"], _shard.List().Entries.Select(entry => entry.Key.ToString()));
    }

    [Fact]
    public void What_is_refused_says_when_the_key_expires_and_changes_nothing_about_it()
    {
        At(0, PutFor("a", "x", seconds: 10));
        var refused = At(1, Put("a", "y", (OperationHeader.IfMatch, "\"r9\""))).Result;
        Assert.Equal((ResultCode.PreconditionFailed, Requests.At(10), Requests.At(10)), (refused.Code, refused.Expires, _shard.View.NextExpiry!.Value));
    }

    [Fact]
    public void A_transaction_that_is_refused_leaves_the_expiries_as_they_were()
    {
        At(0, PutFor("a", "x", seconds: 10));
        At(0, PutFor("b", "x", seconds: 20));
        At(0, Put("c", "x"));
        At(1, PostTransaction("""{"then":[{"op":"put","key":"a","value":""},{"op":"delete","key":"b"},{"op":"put","key":"c","value":"","ttl":3},{"op":"put","key":"d","value":"","ttl":1},{"op":"put","key":"a","value":"","ttl":7},{"op":"slice","key":"none","start":0}]}"""));
        Assert.Equal(Requests.At(10), _shard.View.NextExpiry);
        Assert.Equal([Requests.At(10), Requests.At(20), default], _shard.List().Entries.Select(entry => entry.Expires));
        Assert.Equal(["a", "b"], _shard.Execute(30).Changes.Select(change => change.Key.ToString()));

        var done = At(31, PostTransaction("""{"then":[{"op":"put","key":"c","value":"","ttl":3},{"op":"put","key":"d","value":"","ttl":1},{"op":"delete","key":"d"}]}""")).Result;
        Assert.Equal(Requests.At(34), Shard.StepsOf(done).Results[0].Result.Expires);
        Assert.Equal(Requests.At(34), _shard.View.NextExpiry);
    }

    [Fact]
    public void A_batch_lets_so_many_keys_expire_in_the_order_of_their_times_and_then_of_their_names()
    {
        const int count = KeyBatch.ExpiredPerBatchMax + 10;
        var names = Enumerable.Range(0, count).Select(i => $"key/{i * 7919 % count:D5}").ToList();
        _shard.Execute(0, [.. names.Select((name, i) => Request(PutFor(name, "x", seconds: i % 2 == 0 ? 10UL : 9), (ulong)i + 1))]);
        var expected = names.Where((_, i) => i % 2 == 1).Order(StringComparer.Ordinal).Concat(names.Where((_, i) => i % 2 == 0).Order(StringComparer.Ordinal)).ToList();

        var first = _shard.Execute(20);
        Assert.Equal(expected.Take(KeyBatch.ExpiredPerBatchMax), first.Changes.Select(change => change.Key.ToString()));
        Assert.Equal(10, _shard.View.KeyCount);
        Assert.Equal(Requests.At(10), _shard.View.NextExpiry); // In the past: the next batch has more to do.
        Assert.True(_shard.View.TryGetRecord(Key.Of(expected[^1]), out _));
        Assert.Equal(expected.Skip(KeyBatch.ExpiredPerBatchMax), _shard.Execute(20).Changes.Select(change => change.Key.ToString()));
        Assert.Null(_shard.View.NextExpiry);
        Assert.Equal((ulong)(2 * count), _shard.View.Revision);
    }

    [Fact]
    public void The_expiry_is_in_the_root_and_in_the_snapshot()
    {
        var (with, without) = (new Shard(), new Shard());
        with.Execute(1, Request(PutFor("a", "x", seconds: 5), 1));
        without.Execute(1, Request(Put("a", "x"), 1));
        Assert.True(with.View.TryGetRecord(Key.Of("a"), out var record));
        Assert.Equal(Requests.At(6), record.Expires);
        Assert.False(with.State.Prove(Key.Of("a")).Verify(with.State.ComputeRoot(), Key.Of("a").RecordPath, RecordOf(without).Record.Digest));

        static KeyRecord RecordOf(Shard shard)
        {
            Assert.True(shard.View.TryGetRecord(Key.Of("a"), out var record));
            return record;
        }
    }

    [Fact]
    public void An_expiry_beyond_all_times_is_the_last_of_them()
    {
        var late = new Timestamp(CanonicalReader.NumberMax - 100_000);
        var request = Request(PutFor("a", "x", seconds: 200), 1, expires: (late.UnixMilliseconds - Start) / 1000 + 50);
        var executed = _shard.Machine.Execute(_shard.State.Sequence.Next, Digest.Zero, late, [request]);
        Assert.Equal(CanonicalReader.NumberMax, executed.Outcomes[0].Result.Expires.UnixMilliseconds);
        var reader = new CanonicalReader(executed.Outcomes[0].Result.ToBytes());
        OperationResult.Decode(ref reader);
        Assert.True(reader.Complete);
    }

    private static Operation PutFor(string key, string value, ulong seconds) => Operation(OperationMethod.Put, "/v1/kv/" + key, $"?ttl={seconds}", value);

    private RequestOutcome At(double seconds, Operation operation) => _shard.One(seconds, Request(operation, ++_counter, expires: 200));
}
