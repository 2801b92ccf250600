using static KvStore.StateMachine.Tests.Requests;

namespace KvStore.StateMachine.Tests;

public class BatchTests
{
    private static readonly ShardMap _map = new(2);
    private readonly Shard _shard = new();

    [Fact]
    public void Each_operation_has_its_own_result_and_revision_and_what_is_refused_stops_nothing()
    {
        _shard.Do(Put("a", "one"));
        var steps = _shard.DoSteps(PostBatch("""
            {"operations":[
                {"op":"put","key":"a","value":"two"},
                {"op":"slice","key":"a","start":9},
                {"op":"append","key":"b","value":"x"},
                {"op":"slice","key":"none","start":0},
                {"op":"delete","key":"none"},
                {"op":"get","key":"a"},
                {"op":"delete","key":"a"}]}
            """));
        Assert.True(steps.Succeeded);
        Assert.Equal(
            [ResultCode.Ok, ResultCode.Unprocessable, ResultCode.Created, ResultCode.NotFound, ResultCode.NotFound, ResultCode.Ok, ResultCode.Ok],
            steps.Results.Select(step => step.Result.Code));
        Assert.Equal([2UL, 2, 3, 3, 3, 3, 4], steps.Results.Select(step => step.Result.Revision));
        Assert.Equal("two"u8, steps.Results[5].Result.Value.Span);
        Assert.Equal(4UL, _shard.View.Revision);
    }

    [Theory]
    [InlineData("""{"op":"put","key":"a","value":"x","ifRevision":1}""", ResultCode.Ok)]
    [InlineData("""{"op":"put","key":"a","value":"x","ifRevision":2}""", ResultCode.PreconditionFailed)]
    [InlineData("""{"op":"put","key":"a","value":"x","ifRevision":0}""", ResultCode.PreconditionFailed)]
    [InlineData("""{"op":"put","key":"new","value":"x","ifRevision":0}""", ResultCode.Created)]
    [InlineData("""{"op":"append","key":"new","value":"x","ifRevision":1}""", ResultCode.PreconditionFailed)]
    [InlineData("""{"op":"delete","key":"a","ifRevision":1}""", ResultCode.Ok)]
    [InlineData("""{"op":"get","key":"a","ifRevision":1}""", ResultCode.Ok)]
    [InlineData("""{"op":"get","key":"a","ifRevision":9}""", ResultCode.PreconditionFailed)]
    public void An_operation_may_name_the_revision_that_its_key_must_be_at(string step, ResultCode code)
    {
        _shard.Do(Put("a", "one"));
        Assert.Equal(code, Assert.Single(_shard.DoSteps(PostBatch($$"""{"operations":[{{step}}]}""")).Results).Result.Code);
    }

    [Fact]
    public void Each_shard_carries_out_what_is_its_own()
    {
        var operation = PostBatch("""{"operations":[{"op":"put","key":"{here}","value":"x"},{"op":"put","key":"{there}","value":"y"},{"op":"get","key":"{here}"}]}""");
        var (here, there) = (ShardOf("here"u8), ShardOf("there"u8));
        Assert.Equal([0, 2], here.DoSteps(operation).Results.Select(step => step.Index));
        Assert.Equal([1], there.DoSteps(operation).Results.Select(step => step.Index));
        Assert.Equal(("x", "y"), (here.Value("{here}"), there.Value("{there}")));
        Assert.Equal((1, 1), (here.View.KeyCount, there.View.KeyCount));

        static Shard ShardOf(ReadOnlySpan<byte> tag) => new(partition: new ShardPartition(_map, _map.ShardOf(tag)));
    }

    [Fact]
    public void A_shard_that_has_none_of_the_keys_refuses()
    {
        var shard = new Shard(partition: new ShardPartition(_map, _map.ShardOf("here"u8)));
        var result = shard.Do(PostBatch("""{"operations":[{"op":"put","key":"{there}","value":"y"}]}"""));
        Assert.Equal((ResultCode.WrongShard, 0UL, 0), (result.Code, result.Revision, result.Value.Length));
    }

    [Fact]
    public void A_value_that_does_not_fit_any_more_is_left_out_and_the_smaller_ones_after_it_are_not()
    {
        var shard = new Shard(new StateLimits { BatchBytesMax = 150 });
        shard.Do(Put("a", new string('a', 110)), Put("b", new string('b', 41)));
        var steps = shard.DoSteps(PostBatch("""{"operations":[{"op":"get","key":"a"},{"op":"get","key":"b"},{"op":"get","key":"b","range":"bytes=1-"}]}"""));
        Assert.Equal([ResultCode.Ok, ResultCode.TooLarge, ResultCode.Ok], steps.Results.Select(step => step.Result.Code));
        Assert.Equal([110, 0, 40], steps.Results.Select(step => step.Result.Value.Length));
        Assert.Equal((2UL, 41UL), (steps.Results[1].Result.KeyRevision, steps.Results[1].Result.Length));
    }

    [Fact]
    public void A_batch_that_is_cut_short_or_out_of_order_is_no_result()
    {
        var bytes = new StepResults(true, [new StepResult(1, Result), new StepResult(4, Result)]).ToBytes();
        Assert.True(Decodes(bytes));
        Assert.False(Decodes(bytes[..^1]));
        Assert.False(Decodes(new StepResults(true, [new StepResult(1, Result), new StepResult(1, Result)]).ToBytes()));
        Assert.False(Decodes(new StepResults(true, [new StepResult(2, Result), new StepResult(1, Result)]).ToBytes()));
        Assert.False(Decodes([1, 255, 255, 0, 0]));

        static bool Decodes(byte[] bytes)
        {
            var reader = new CanonicalReader(bytes);
            StepResults.Decode(ref reader);
            return reader.Complete;
        }
    }

    private static OperationResult Result => new() { Code = ResultCode.Ok, Revision = 7, Value = "value"u8.ToArray(), ContentType = "text/plain" };
}
