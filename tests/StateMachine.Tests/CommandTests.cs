using static KvStore.StateMachine.Tests.Requests;

namespace KvStore.StateMachine.Tests;

public class CommandTests
{
    private readonly Shard _shard = new();

    [Fact]
    public void A_put_creates_and_then_replaces_and_each_change_is_a_revision()
    {
        var created = _shard.Do(Put("a", "one", (OperationHeader.ContentType, "text/plain")));
        Assert.Equal((ResultCode.Created, 1UL, 1UL, 3UL), (created.Code, created.Revision, created.KeyRevision, created.Length));
        var replaced = _shard.Do(Put("a", "three"));
        Assert.Equal((ResultCode.Ok, 2UL, 2UL, 5UL), (replaced.Code, replaced.Revision, replaced.KeyRevision, replaced.Length));
        _shard.Do(Put("b", "x"));
        var read = _shard.Read(Get("a"));
        Assert.Equal((ResultCode.Ok, 3UL, 2UL, 5UL, ""), (read.Code, read.Revision, read.KeyRevision, read.Length, read.ContentType));
        Assert.Equal("three", _shard.Value("a"));
        Assert.Equal(2, _shard.View.KeyCount);
    }

    [Fact]
    public void A_read_gives_the_content_type_as_it_was_put()
    {
        _shard.Do(Put("a", "{}", (OperationHeader.ContentType, "application/json")));
        Assert.Equal("application/json", _shard.Read(Get("a")).ContentType);
        _shard.Do(Append("a", " ", (OperationHeader.ContentType, "text/plain")));
        Assert.Equal("application/json", _shard.Read(Get("a")).ContentType);
        _shard.Do(Append("new", "x", (OperationHeader.ContentType, "text/plain")));
        Assert.Equal("text/plain", _shard.Read(Get("new")).ContentType);
    }

    [Theory]
    [InlineData("bytes=0-2", 0, "012")]
    [InlineData("bytes=3-", 3, "3456789")]
    [InlineData("bytes=-2", 8, "89")]
    [InlineData("bytes=-99", 0, "0123456789")]
    [InlineData("bytes=9-9", 9, "9")]
    [InlineData("bytes=5-99999999999", 5, "56789")]
    [InlineData("bytes=0-1,4-5", 0, "0123456789")]
    public void A_range_gives_a_slice_and_several_give_the_whole(string range, ulong offset, string value)
    {
        _shard.Do(Put("a", "0123456789"));
        var result = _shard.Read(Get("a", (OperationHeader.Range, range)));
        Assert.Equal((ResultCode.Ok, offset, 10UL), (result.Code, result.Offset, result.Length));
        Assert.Equal(value, System.Text.Encoding.UTF8.GetString(result.Value.Span));
    }

    [Theory]
    [InlineData("0123456789", "bytes=10-")]
    [InlineData("0123456789", "bytes=-0")]
    [InlineData("", "bytes=0-0")]
    [InlineData("", "bytes=-5")]
    public void A_range_that_begins_beyond_the_end_is_not_satisfiable_and_tells_the_length(string value, string range)
    {
        _shard.Do(Put("a", value));
        var result = _shard.Read(Get("a", (OperationHeader.Range, range)));
        Assert.Equal((ResultCode.RangeNotSatisfiable, (ulong)value.Length, 1UL), (result.Code, result.Length, result.KeyRevision));
    }

    [Fact]
    public void A_read_of_what_the_client_has_is_not_modified_and_of_what_is_absent_not_found()
    {
        _shard.Do(Put("b", "x"), Put("a", "x"));
        Assert.Equal(ResultCode.NotModified, _shard.Read(Get("a", (OperationHeader.IfNoneMatch, "\"r1\", \"r2\""))).Code);
        Assert.Equal(ResultCode.NotModified, _shard.Read(Get("a", (OperationHeader.IfNoneMatch, "*"))).Code);
        Assert.Equal(ResultCode.Ok, _shard.Read(Get("a", (OperationHeader.IfNoneMatch, "\"r1\""))).Code);
        Assert.Equal(ResultCode.PreconditionFailed, _shard.Read(Get("a", (OperationHeader.IfMatch, "\"r1\""))).Code);
        var absent = _shard.Read(Get("none", (OperationHeader.IfNoneMatch, "*")));
        Assert.Equal((ResultCode.NotFound, 2UL, 0UL), (absent.Code, absent.Revision, absent.KeyRevision));
    }

    [Fact]
    public void Create_only_refuses_what_is_there_and_tells_its_revision()
    {
        Assert.Equal(ResultCode.Created, _shard.Do(Put("a", "1", (OperationHeader.IfNoneMatch, "*"))).Code);
        var refused = _shard.Do(Put("a", "2", (OperationHeader.IfNoneMatch, "*")));
        Assert.Equal((ResultCode.PreconditionFailed, 1UL, 1UL), (refused.Code, refused.Revision, refused.KeyRevision));
        Assert.Equal("1", _shard.Value("a"));
    }

    [Fact]
    public void Compare_and_set_needs_the_revision_to_be_among_those_given()
    {
        Assert.Equal(ResultCode.PreconditionFailed, _shard.Do(Put("a", "0", (OperationHeader.IfMatch, "*"))).Code);
        _shard.Do(Put("a", "1"));
        Assert.Equal(ResultCode.Ok, _shard.Do(Put("a", "2", (OperationHeader.IfMatch, "\"r1\""))).Code);
        var refused = _shard.Do(Put("a", "3", (OperationHeader.IfMatch, "\"r1\"")));
        Assert.Equal((ResultCode.PreconditionFailed, 2UL), (refused.Code, refused.KeyRevision));
        Assert.Equal(ResultCode.Ok, _shard.Do(Put("a", "3", (OperationHeader.IfMatch, "\"r1\", \"r2\""))).Code);
        Assert.Equal(ResultCode.Ok, _shard.Do(Put("a", "4", (OperationHeader.IfMatch, "*"))).Code);
        Assert.Equal("4", _shard.Value("a"));
    }

    [Fact]
    public void An_append_creates_or_continues_and_says_where_its_bytes_begin()
    {
        var created = _shard.Do(Append("log", "abc"));
        Assert.Equal((ResultCode.Created, 0UL, 3UL), (created.Code, created.Offset, created.Length));
        var continued = _shard.Do(Append("log", "de"));
        Assert.Equal((ResultCode.Ok, 3UL, 5UL, 2UL), (continued.Code, continued.Offset, continued.Length, continued.KeyRevision));
        Assert.Equal("abcde", _shard.Value("log"));
    }

    [Fact]
    public void An_append_may_name_the_length_that_it_expects()
    {
        Assert.Equal(ResultCode.Created, _shard.Do(Append("log", "abc", (OperationHeader.KvIfLength, "0"))).Code);
        var refused = _shard.Do(Append("log", "de", (OperationHeader.KvIfLength, "0")));
        Assert.Equal((ResultCode.PreconditionFailed, 1UL, 3UL), (refused.Code, refused.KeyRevision, refused.Length));
        Assert.Equal(ResultCode.Ok, _shard.Do(Append("log", "de", (OperationHeader.KvIfLength, "3"), (OperationHeader.IfMatch, "\"r1\""))).Code);
        Assert.Equal(ResultCode.PreconditionFailed, _shard.Do(Append("other", "x", (OperationHeader.KvIfLength, "3"))).Code);
        Assert.Equal("abcde", _shard.Value("log"));
    }

    [Theory]
    [InlineData("{\"start\":2,\"end\":5}", "234")]
    [InlineData("{\"start\":7}", "789")]
    [InlineData("{\"end\":3,\"start\":0}", "012")]
    [InlineData("{\"start\":10}", "")]
    [InlineData(" { \"start\" : 4 , \"end\" : 4 } ", "")]
    public void A_kept_slice_takes_the_value_s_place(string slice, string value)
    {
        _shard.Do(Put("a", "0123456789"));
        var result = _shard.Do(KeepSlice("a", slice));
        Assert.Equal((ResultCode.Ok, 2UL, (ulong)value.Length), (result.Code, result.KeyRevision, result.Length));
        Assert.Equal(value, _shard.Value("a"));
    }

    [Theory]
    [InlineData("{\"start\":11}")]
    [InlineData("{\"start\":0,\"end\":11}")]
    [InlineData("{\"start\":5,\"end\":4}")]
    [InlineData("{\"start\":18446744073709551615}")]
    public void A_slice_that_is_not_in_the_value_is_unprocessable(string slice)
    {
        _shard.Do(Put("a", "0123456789"));
        var result = _shard.Do(KeepSlice("a", slice));
        Assert.Equal((ResultCode.Unprocessable, 1UL, 1UL), (result.Code, result.Revision, result.KeyRevision));
        Assert.Equal(ResultCode.NotFound, _shard.Do(KeepSlice("none", slice)).Code);
        Assert.Equal("0123456789", _shard.Value("a"));
    }

    [Fact]
    public void A_delete_removes_the_key_and_is_a_revision()
    {
        _shard.Do(Put("a", "1"));
        Assert.Equal(ResultCode.PreconditionFailed, _shard.Do(Delete("a", (OperationHeader.IfMatch, "\"r9\""))).Code);
        var deleted = _shard.Do(Delete("a", (OperationHeader.IfMatch, "\"r1\"")));
        Assert.Equal((ResultCode.Ok, 2UL, 0UL), (deleted.Code, deleted.Revision, deleted.KeyRevision));
        Assert.Null(_shard.Value("a"));
        Assert.Equal(ResultCode.NotFound, _shard.Do(Delete("a")).Code);
        Assert.Equal(ResultCode.PreconditionFailed, _shard.Do(Delete("a", (OperationHeader.IfMatch, "*"))).Code);
        Assert.Equal(0, _shard.View.KeyCount);
        Assert.Equal((ResultCode.Created, 3UL), (_shard.Do(Put("a", "2")).Code, _shard.View.Revision));
    }

    [Fact]
    public void A_value_over_the_limit_is_too_large_however_it_would_come_about()
    {
        var shard = new Shard(new StateLimits { ValueBytesMax = 4 });
        Assert.Equal(ResultCode.TooLarge, shard.Do(Put("a", "12345")).Code);
        Assert.Equal(ResultCode.TooLarge, shard.Do(Append("a", "12345")).Code);
        Assert.Equal(0, shard.View.KeyCount);
        shard.Do(Put("a", "1234"));
        var refused = shard.Do(Append("a", "5"));
        Assert.Equal((ResultCode.TooLarge, 1UL, 1UL, 4UL), (refused.Code, refused.Revision, refused.KeyRevision, refused.Length));
        Assert.Equal("1234", shard.Value("a"));
    }

    [Fact]
    public void An_operation_that_is_none_is_invalid_and_has_no_effect()
    {
        Assert.Equal(ResultCode.Invalid, _shard.Do(Operation(OperationMethod.Put, "/v1/other", "", "x")).Code);
        Assert.Equal(ResultCode.Invalid, _shard.Do(Operation(OperationMethod.Put, "/v1/kv/a", "?ttl=0", "x")).Code);
        Assert.Equal(0UL, _shard.View.Revision);
    }

    [Fact]
    public void A_value_does_not_hold_on_to_the_body_that_it_came_in()
    {
        var body = new byte[] { 1, 2, 3 };
        _shard.Do(Raw(OperationMethod.Put, "/v1/kv/a", "", body));
        body[0] = 9;
        Assert.Equal([1, 2, 3], _shard.Read(Get("a")).Value.ToArray());
    }
}
