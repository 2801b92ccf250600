using static KvStore.StateMachine.Tests.Requests;

namespace KvStore.StateMachine.Tests;

public class SessionTests
{
    private const ulong Window = StateLimits.SessionWindow;

    private readonly Shard _shard = new();

    [Fact]
    public void A_retry_gets_the_first_result_and_changes_nothing()
    {
        var request = Request(Append("a", "x"), 1);
        var first = _shard.One(0, request);
        _shard.Do(Append("a", "y"));
        var again = _shard.One(1, request);
        Assert.False(first.Replayed);
        Assert.True(again.Replayed);
        Assert.Equal(first.Result.ToBytes(), again.Result.ToBytes());
        Assert.Equal("xy", _shard.Value("a"));
    }

    [Fact]
    public void A_request_that_is_in_a_batch_twice_is_executed_once()
    {
        var request = Request(Append("a", "x"), 1);
        var outcomes = _shard.Execute(0, request, request, Request(Append("a", "x"), 2), request).Outcomes;
        Assert.Equal([false, true, false, true], outcomes.Select(o => o.Replayed));
        Assert.Equal("xx", _shard.Value("a"));
    }

    [Fact]
    public void A_refusal_is_a_first_result_too()
    {
        var request = Request(Put("a", "x", (OperationHeader.IfMatch, "*")), 1);
        Assert.Equal(ResultCode.PreconditionFailed, _shard.One(0, request).Result.Code);
        _shard.Do(Put("a", "y"));
        var again = _shard.One(0, request);
        Assert.Equal((ResultCode.PreconditionFailed, true, 0UL), (again.Result.Code, again.Replayed, again.Result.KeyRevision));
        var invalid = Request(Operation(OperationMethod.Get, "/nowhere"), 2);
        Assert.Equal((ResultCode.Invalid, false), (_shard.One(0, invalid).Result.Code, false));
        Assert.True(_shard.One(0, invalid).Replayed);
    }

    [Fact]
    public void A_nonce_with_other_content_is_a_conflict()
    {
        _shard.One(0, Request(Put("a", "x"), 1));
        var conflict = _shard.One(0, Request(Put("a", "y"), 1));
        Assert.Equal((ResultCode.Conflict, false), (conflict.Result.Code, conflict.Replayed));
        Assert.Equal("x", _shard.Value("a"));
    }

    [Fact]
    public void Counters_may_come_in_any_order_within_the_window()
    {
        foreach (var counter in (ulong[])[5000, 4990, 5000 - Window + 1, 4999, 5001 - Window + 1]) Assert.Equal(ResultCode.Created, Code(Put($"{counter}", "x"), counter));
        Assert.Equal(5, _shard.View.KeyCount);
    }

    [Fact]
    public void A_counter_below_the_window_is_stale()
    {
        Code(Put("a", "x"), 5000);
        Assert.Equal(ResultCode.Stale, Code(Put("b", "x"), 5000 - Window));
        Assert.Equal(ResultCode.Stale, Code(Put("b", "x"), 0));
        Assert.Equal(ResultCode.Created, Code(Put("b", "x"), 5000 - Window + 1));
    }

    [Fact]
    public void A_result_goes_when_it_leaves_the_window_and_its_request_is_stale_then()
    {
        var request = Request(Append("a", "x"), 7);
        _shard.One(0, request);
        Code(Put("b", "x"), 7 + Window - 1);
        Assert.True(_shard.One(0, request).Replayed);
        Assert.True(_shard.Machine.TryFindResult(Alice, request.Nonce, out _, out _));
        Code(Put("b", "x"), 7 + Window);
        Assert.Equal(ResultCode.Stale, _shard.One(0, request).Result.Code);
        Assert.False(_shard.Machine.TryFindResult(Alice, request.Nonce, out _, out _));
        Assert.Equal("x", _shard.Value("a"));
    }

    [Fact]
    public void A_jump_of_the_counter_lets_everything_before_it_go()
    {
        for (ulong counter = 1; counter <= 50; counter++) Code(Put("a", "x"), counter);
        Code(Put("a", "x"), 1_000_000);
        Code(Put("a", "x"), 3);
        for (ulong counter = 1; counter <= 50; counter++) Assert.Equal(ResultCode.Stale, Code(Put("a", "x"), counter));
        Assert.Equal(ResultCode.Ok, Code(Put("a", "x"), ulong.MaxValue));
        Assert.Equal(ResultCode.Ok, Code(Put("a", "x"), ulong.MaxValue - 1));
        Assert.Equal(ResultCode.Stale, Code(Put("a", "x"), 1_000_000));
        Assert.Equal(ResultCode.Conflict, Code(Put("a", "y"), ulong.MaxValue));
    }

    [Fact]
    public void A_request_is_expired_from_its_expiry_on_and_its_result_is_not_kept()
    {
        var request = Request(Put("a", "x"), 1, expires: 10);
        Assert.Equal(ResultCode.Expired, _shard.One(10, request).Result.Code);
        Assert.Equal(0, _shard.State.SessionCount);
        Assert.False(_shard.One(10, request).Replayed);
    }

    [Fact]
    public void An_executed_request_is_expired_too_when_its_time_is_over()
    {
        var request = Request(Put("a", "x"), 1, expires: 10);
        _shard.One(9.999, request);
        Assert.True(_shard.One(9.999, request).Replayed);
        Assert.Equal(ResultCode.Expired, _shard.One(10, request).Result.Code);
    }

    [Fact]
    public void An_executed_request_is_expired_although_its_session_goes_on()
    {
        var request = Request(Put("a", "x"), 1, expires: 10);
        _shard.One(0, request);
        _shard.One(0, Request(Put("a", "y"), 2, expires: 60));
        Assert.Equal(ResultCode.Expired, _shard.One(10, request).Result.Code);
        Assert.False(_shard.Machine.TryFindResult(Alice, request.Nonce, out _, out _));
        Assert.Equal("y", _shard.Value("a"));
    }

    [Fact]
    public void A_session_goes_when_its_last_request_has_expired()
    {
        _shard.One(0, Request(Put("a", "x"), 1, expires: 10));
        _shard.One(0, Request(Put("a", "x"), 2, expires: 20));
        _shard.Execute(19);
        Assert.Equal(1, _shard.State.SessionCount);
        _shard.Execute(20);
        Assert.Equal(0, _shard.State.SessionCount);
        Assert.Equal(new Shard(_shard.State).State.ComputeRoot(), _shard.State.ComputeRoot());
    }

    [Fact]
    public void A_session_does_not_go_while_a_request_that_left_the_window_could_still_come_again()
    {
        var request = Request(Append("a", "x"), 1, expires: 100);
        _shard.One(0, request);
        _shard.One(0, Request(Put("b", "x"), 5000, expires: 10));
        Assert.Equal(ResultCode.Stale, _shard.One(50, request).Result.Code);
        Assert.Equal("x", _shard.Value("a"));
    }

    [Fact]
    public void Time_never_runs_backwards()
    {
        Assert.Equal(At(50), _shard.Execute(50).Time);
        Assert.Equal(At(50), _shard.Execute(20).Time);
        Assert.Equal(ResultCode.Expired, _shard.One(0, Request(Put("a", "x"), 1, expires: 50)).Result.Code);
        var null_batch = _shard.Machine.Execute(_shard.State.Sequence.Next, Batch.Null.Digest, Batch.Null.Time, []);
        Assert.Equal(At(50), null_batch.Time);
    }

    [Fact]
    public void One_session_too_many_is_refused_until_another_has_gone()
    {
        var shard = new Shard(new StateLimits { SessionsPerClientMax = 2, SessionsMax = 3 });
        Assert.Equal(ResultCode.Created, shard.One(0, Request(Put("a", "x"), 1, session: 1, expires: 10)).Result.Code);
        Assert.Equal(ResultCode.Ok, shard.One(0, Request(Put("a", "x"), 1, session: 2, expires: 20)).Result.Code);
        var refused = Request(Put("a", "x"), 1, session: 3, expires: 30);
        Assert.Equal(ResultCode.TooManySessions, shard.One(0, refused).Result.Code);
        Assert.Equal(ResultCode.Ok, shard.One(0, Request(Put("a", "x"), 2, session: 1, expires: 10)).Result.Code);
        Assert.Equal(ResultCode.Ok, shard.One(0, Request(Put("a", "x"), 1, session: 1, client: Bob)).Result.Code);
        Assert.Equal(ResultCode.TooManySessions, shard.One(0, Request(Put("a", "x"), 1, session: 2, client: Bob)).Result.Code);
        Assert.Equal(ResultCode.Ok, shard.One(10, refused).Result.Code);
    }

    [Fact]
    public void Sessions_of_one_batch_count_too()
    {
        var shard = new Shard(new StateLimits { SessionsPerClientMax = 2 });
        var outcomes = shard.Execute(0, [.. Enumerable.Range(1, 4).Select(i => Request(Put("a", "x"), 1, session: (ulong)i))]).Outcomes;
        Assert.Equal([ResultCode.Created, ResultCode.Ok, ResultCode.TooManySessions, ResultCode.TooManySessions], outcomes.Select(o => o.Result.Code));
    }

    [Fact]
    public void Results_that_are_kept_have_a_bound_in_bytes_for_a_client_and_for_all()
    {
        var shard = new Shard(new StateLimits { ResultBytesPerClientMax = 20_000, ResultBytesMax = 30_000 });
        shard.One(0, Request(Put("a", new string('x', 12_000)), 1, expires: 10));
        shard.One(0, Request(Get("a"), 2, expires: 10));
        Assert.Equal(ResultCode.Ok, shard.One(0, Request(Get("a"), 3, expires: 10)).Result.Code);
        Assert.Equal(ResultCode.TooManySessions, shard.One(0, Request(Get("a"), 4, expires: 10)).Result.Code);
        Assert.Equal(ResultCode.Ok, shard.One(0, Request(Get("a"), 1, client: Bob)).Result.Code);
        Assert.Equal(ResultCode.TooManySessions, shard.One(0, Request(Get("a"), 1, client: Client(3))).Result.Code);
        Assert.Equal(ResultCode.Ok, shard.One(10, Request(Get("a"), 4)).Result.Code);
    }

    [Fact]
    public void A_request_that_would_live_longer_than_any_may_is_invalid_and_opens_no_session()
    {
        Assert.Equal(ResultCode.Invalid, _shard.One(0, Request(Put("a", "x"), 1, expires: 601)).Result.Code);
        Assert.Equal(0, _shard.State.SessionCount);
        Assert.Equal(ResultCode.Created, _shard.One(0, Request(Put("a", "x"), 1, expires: 600)).Result.Code);
    }

    [Fact]
    public void Clients_and_sessions_do_not_get_in_each_other_s_way()
    {
        Assert.Equal(ResultCode.Created, _shard.One(0, Request(Put("a", "x"), 1)).Result.Code);
        Assert.Equal(ResultCode.Ok, _shard.One(0, Request(Put("a", "y"), 1, session: 2)).Result.Code);
        Assert.Equal(ResultCode.Ok, _shard.One(0, Request(Put("a", "z"), 1, client: Bob)).Result.Code);
        Assert.Equal(3, _shard.State.SessionCount);
    }

    [Fact]
    public void A_key_that_is_not_admitted_is_refused_and_leaves_no_trace()
    {
        var shard = new Shard(clients: ClientPolicy.Only([Alice]));
        Assert.Equal(ResultCode.Unauthorized, shard.One(0, Request(Put("a", "x"), 1, client: Bob)).Result.Code);
        Assert.Equal(0, shard.State.SessionCount);
        Assert.Equal(ResultCode.Created, shard.One(0, Request(Put("a", "x"), 1)).Result.Code);
    }

    [Fact]
    public void The_result_of_an_executed_request_can_be_asked_for()
    {
        var request = Request(Put("a", "x"), 1);
        Assert.False(_shard.Machine.TryFindResult(Alice, request.Nonce, out _, out _));
        var outcome = _shard.One(0, request);
        Assert.True(_shard.Machine.TryFindResult(Alice, request.Nonce, out var digest, out var result));
        Assert.Equal(request.DigestFor(Cluster), digest);
        Assert.Equal(outcome.Result.ToBytes(), result.ToBytes());
        Assert.False(_shard.Machine.TryFindResult(Bob, request.Nonce, out _, out _));
        Assert.False(_shard.Machine.TryFindResult(Alice, new Nonce(request.Nonce.Session, 1 + Window), out _, out _));
    }

    private ResultCode Code(Operation operation, ulong counter) => _shard.One(0, Request(operation, counter)).Result.Code;
}
