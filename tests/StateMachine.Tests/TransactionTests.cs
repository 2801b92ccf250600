using System.Text;
using static KvStore.StateMachine.Tests.Requests;

namespace KvStore.StateMachine.Tests;

public class TransactionTests
{
    private readonly Shard _shard = new();

    [Fact]
    public void A_transaction_is_one_change_and_all_that_it_touches_gets_its_revision()
    {
        _shard.Do(Put("a", "one"), Put("gone", "x"));
        var steps = _shard.DoSteps(PostTransaction("""
            {"then":[
                {"op":"get","key":"a"},
                {"op":"put","key":"a","value":"two","contentType":"text/plain"},
                {"op":"append","key":"b","valueB64":"AAH/"},
                {"op":"slice","key":"a","start":1},
                {"op":"delete","key":"gone"},
                {"op":"get","key":"a","range":"bytes=-1"}]}
            """));
        Assert.True(steps.Succeeded);
        Assert.Equal(3UL, _shard.View.Revision);
        Assert.All(steps.Results, step => Assert.Equal(3UL, step.Result.Revision));
        Assert.Equal([0, 1, 2, 3, 4, 5], steps.Results.Select(step => step.Index));
        Assert.Equal(
            [ResultCode.Ok, ResultCode.Ok, ResultCode.Created, ResultCode.Ok, ResultCode.Ok, ResultCode.Ok],
            steps.Results.Select(step => step.Result.Code));
        Assert.Equal([1UL, 3, 3, 3, 0, 3], steps.Results.Select(step => step.Result.KeyRevision));
        Assert.Equal("one", Encoding.UTF8.GetString(steps.Results[0].Result.Value.Span));
        Assert.Equal(("o", "text/plain", 1UL, 2UL), (Encoding.UTF8.GetString(steps.Results[5].Result.Value.Span), steps.Results[5].Result.ContentType, steps.Results[5].Result.Offset, steps.Results[5].Result.Length));
        Assert.Equal("wo", _shard.Value("a"));
        Assert.Equal([0, 1, 255], _shard.Read(Get("b")).Value.ToArray());
        Assert.Equal(2, _shard.View.KeyCount);
    }

    [Theory]
    [InlineData("""{"op":"slice","key":"a","start":0}""")]
    [InlineData("""{"op":"append","key":"a","value":"x"}""")]
    public void Steps_that_copy_a_large_value_again_and_again_are_refused(string step)
    {
        var limits = new StateLimits { ValueBytesMax = 1000, BatchBytesMax = 2500 };
        var shard = new Shard(limits);
        shard.Do(Put("a", new string('x', 900)));
        var refused = shard.Do(PostTransaction($$"""{"then":[{{step}},{{step}},{{step}}]}"""));
        Assert.Equal((ResultCode.TooLarge, 2UL, 1UL), (refused.Code, refused.Offset, refused.Revision));
        Assert.True(shard.DoSteps(PostTransaction($$"""{"then":[{{step}},{{step}}]}""")).Succeeded);
    }

    [Fact]
    public void Its_changes_are_recorded_in_order_with_the_revision_that_they_share()
    {
        _shard.Do(Put("a", "one"));
        var executed = _shard.Execute(0, Request(PostTransaction("""{"then":[{"op":"append","key":"a","value":"x"},{"op":"put","key":"b","value":"x"},{"op":"delete","key":"a"}]}"""), 1), Request(Put("c", "x"), 2));
        Assert.Equal(
            [
                new KeyChange(KeyChangeKind.Append, Key.Of("a"), 2),
                new KeyChange(KeyChangeKind.Put, Key.Of("b"), 2),
                new KeyChange(KeyChangeKind.Delete, Key.Of("a"), 2),
                new KeyChange(KeyChangeKind.Put, Key.Of("c"), 3),
            ],
            executed.Changes);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("""{"key":"a","revision":2}""", true)]
    [InlineData("""{"key":"a","revision":1}""", false)]
    [InlineData("""{"key":"none","revision":0}""", true)]
    [InlineData("""{"key":"a","revision":0}""", false)]
    [InlineData("""{"key":"a","exists":true}""", true)]
    [InlineData("""{"key":"a","exists":false}""", false)]
    [InlineData("""{"key":"none","exists":false}""", true)]
    [InlineData("""{"key":"none","exists":true}""", false)]
    [InlineData("""{"key":"a","value":"value"}""", true)]
    [InlineData("""{"keyB64":"YQ","valueB64":"dmFsdWU="}""", true)]
    [InlineData("""{"key":"a","value":"valu"}""", false)]
    [InlineData("""{"key":"empty","value":""}""", true)]
    [InlineData("""{"key":"none","value":""}""", false)]
    [InlineData("""{"key":"a","revision":2,"exists":true,"value":"value"}""", true)]
    [InlineData("""{"key":"a","revision":2,"exists":true,"value":"other"}""", false)]
    [InlineData("""{"key":"a","exists":true},{"key":"none","exists":true}""", false)]
    public void All_comparisons_together_decide_the_branch(string comparisons, bool succeeded)
    {
        _shard.Do(Put("empty", ""), Put("a", "value"));
        var steps = _shard.DoSteps(PostTransaction($$"""{"if":[{{comparisons}}],"then":[{"op":"put","key":"branch","value":"then"}],"else":[{"op":"put","key":"branch","value":"else"}]}"""));
        Assert.Equal(succeeded, steps.Succeeded);
        Assert.Equal(succeeded ? "then" : "else", _shard.Value("branch"));
    }

    [Fact]
    public void Comparisons_see_the_state_before_and_steps_what_came_before_them()
    {
        var steps = _shard.DoSteps(PostTransaction("""{"then":[{"op":"put","key":"a","value":"x"},{"op":"append","key":"a","value":"y","ifLength":1},{"op":"get","key":"a"},{"op":"delete","key":"a"},{"op":"get","key":"a"}],"if":[{"key":"a","exists":false}]}"""));
        Assert.Equal([ResultCode.Created, ResultCode.Ok, ResultCode.Ok, ResultCode.Ok, ResultCode.NotFound], steps.Results.Select(step => step.Result.Code));
        Assert.Equal("xy"u8, steps.Results[2].Result.Value.Span);
        Assert.Equal((0, 1UL), (_shard.View.KeyCount, _shard.View.Revision));
    }

    [Theory]
    [InlineData("""{"op":"slice","key":"a","start":2,"end":9}""", ResultCode.Unprocessable, 1UL)]
    [InlineData("""{"op":"slice","key":"none","start":0}""", ResultCode.NotFound, 0UL)]
    [InlineData("""{"op":"append","key":"a","value":"x","ifLength":3}""", ResultCode.PreconditionFailed, 1UL)]
    [InlineData("""{"op":"put","key":"b","value":"123456789"}""", ResultCode.TooLarge, 2UL)]
    [InlineData("""{"op":"append","key":"new","value":"12345678"}""", ResultCode.TooLarge, 0UL)]
    public void A_step_that_is_refused_refuses_the_whole_and_leaves_nothing_behind(string step, ResultCode code, ulong keyRevision)
    {
        var shard = new Shard(new StateLimits { ValueBytesMax = 8 });
        shard.Do(Put("a", "aaa"), Put("b", "bbb"), Put("c", "ccc"));
        var before = shard.View;
        var executed = shard.Execute(0, Request(PostTransaction($$"""
            {"if":[{"key":"a","exists":false}],"else":[
                {"op":"put","key":"a","value":"changed"},{"op":"put","key":"new","value":"x"},{"op":"delete","key":"b"},{"op":"delete","key":"none"},
                {"op":"put","key":"b","value":"again"},{"op":"append","key":"c","value":"more"},{"op":"delete","key":"c"},{{step}},{"op":"put","key":"never","value":"x"}]}
            """), 1));
        var result = executed.Outcomes[0].Result;
        Assert.Equal((code, 7UL, 3UL, keyRevision), (result.Code, result.Offset, result.Revision, result.KeyRevision));
        Assert.Empty(executed.Changes);
        Assert.Equal((false, 0), (Shard.StepsOf(result).Succeeded, Shard.StepsOf(result).Results.Length));
        Assert.Equal(3UL, shard.View.Revision);
        Assert.Equal(before.Keys.InOrder, shard.View.Keys.InOrder);
        foreach (var key in (string[])["a", "b", "c", "new", "never"])
        {
            Assert.Equal(before.TryGetRecord(Key.Of(key), out var was), shard.View.TryGetRecord(Key.Of(key), out var now));
            Assert.Equal(was.Record.Bytes.ToArray(), now.Record.Bytes.ToArray());
        }

        Assert.Equal(4UL, shard.Do(Put("next", "x")).Revision);
    }

    [Fact]
    public void What_is_only_looked_for_refuses_nothing()
    {
        _shard.Do(Put("a", "abc"));
        var steps = _shard.DoSteps(PostTransaction("""{"then":[{"op":"get","key":"none"},{"op":"delete","key":"none"},{"op":"get","key":"a","range":"bytes=3-"},{"op":"get","key":"a"}]}"""));
        Assert.Equal([ResultCode.NotFound, ResultCode.NotFound, ResultCode.RangeNotSatisfiable, ResultCode.Ok], steps.Results.Select(step => step.Result.Code));
        Assert.Equal(1UL, _shard.View.Revision);
    }

    [Fact]
    public void A_branch_that_is_empty_does_nothing_and_says_so()
    {
        var steps = _shard.DoSteps(PostTransaction("""{"if":[{"key":"a","exists":true}],"then":[{"op":"put","key":"a","value":""}]}"""));
        Assert.Equal((false, 0, 0UL), (steps.Succeeded, steps.Results.Length, _shard.View.Revision));
    }

    [Fact]
    public void What_is_read_has_a_limit_together()
    {
        var shard = new Shard(new StateLimits { BatchBytesMax = 180 });
        shard.Do(Put("a", new string('a', 60), (OperationHeader.ContentType, "text/plain")), Put("b", new string('b', 100)), Put("c", new string('c', 121)));
        Assert.Equal([ResultCode.Ok, ResultCode.Ok], shard.DoSteps(PostTransaction("""{"then":[{"op":"get","key":"a"},{"op":"get","key":"b"}]}""")).Results.Select(step => step.Result.Code));
        var refused = shard.Do(PostTransaction("""{"then":[{"op":"put","key":"d","value":"x"},{"op":"get","key":"a"},{"op":"get","key":"c"}]}"""));
        Assert.Equal((ResultCode.TooLarge, 2UL, 3UL, 121UL), (refused.Code, refused.Offset, refused.KeyRevision, refused.Length));
        Assert.Null(shard.Value("d"));
    }

    [Theory]
    [InlineData("""{"if":[{"key":"{there}","exists":true}],"then":[{"op":"put","key":"{here}","value":""}]}""")]
    [InlineData("""{"then":[{"op":"put","key":"{here}","value":""},{"op":"get","key":"{there}"}]}""")]
    [InlineData("""{"then":[{"op":"put","key":"{here}","value":""}],"else":[{"op":"delete","key":"{there}"}]}""")]
    public void A_key_of_another_shard_refuses_the_whole_wherever_it_stands(string json)
    {
        var map = new ShardMap(2);
        var shard = new Shard(partition: new ShardPartition(map, map.ShardOf("here"u8)));
        Assert.Equal((ResultCode.WrongShard, 0UL), (shard.Do(PostTransaction(json)).Code, shard.View.Revision));
    }

    [Fact]
    public void A_transaction_that_comes_again_gives_its_first_result()
    {
        var request = Request(PostTransaction("""{"then":[{"op":"append","key":"a","value":"x"},{"op":"get","key":"a"}]}"""), 1);
        var first = _shard.One(0, request);
        var second = _shard.One(1, request);
        Assert.Equal((false, true), (first.Replayed, second.Replayed));
        Assert.Equal(first.Result.ToBytes(), second.Result.ToBytes());
        Assert.Equal("x", _shard.Value("a"));
    }

    [Fact]
    public void The_largest_result_that_the_limits_admit_fits_a_result()
    {
        var limits = new StateLimits();
        var shard = new Shard(limits);
        var contentType = new string('t', limits.ContentTypeBytesMax);
        for (var i = 0; i < 4; i++) shard.Do(Raw(OperationMethod.Put, $"/v1/kv/{i}", "", new byte[limits.ValueBytesMax - contentType.Length - 4096], (OperationHeader.ContentType, contentType)));
        shard.Do(Put("small", "", (OperationHeader.ContentType, new string('t', 16))));
        var gets = Enumerable.Range(0, limits.OperationsMax).Select(i => i < 4 ? $$"""{"op":"get","key":"{{i}}"}""" : """{"op":"get","key":"small"}""");
        var result = shard.Do(PostTransaction($$"""{"then":[{{string.Join(',', gets)}}]}"""));
        Assert.Equal((ResultCode.Ok, limits.OperationsMax), (result.Code, Shard.StepsOf(result).Results.Length));
        var reader = new CanonicalReader(result.ToBytes());
        Assert.Equal(result.Value.Length, OperationResult.Decode(ref reader).Value.Length);
        Assert.True(reader.Complete);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Shard(limits with { OperationsMax = 20_000 }));
    }
}
