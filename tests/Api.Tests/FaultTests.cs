using System.Diagnostics;
using System.Net;
using KvStore.Protocol;

namespace KvStore.Api.Tests;

/// <summary>Replicas of the running process are stopped and started. Every test has a cluster of its own.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private const string Key = "/v1/kv/key";
    private static readonly TimeSpan _bound = TimeSpan.FromSeconds(60);

    private readonly Gateway _gateway = new();

    public ValueTask InitializeAsync() => _gateway.InitializeAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task Stopping_one_of_four_leaves_reads_and_writes_working()
    {
        await _gateway.Fault(3, "stop");
        await _gateway.Put(Key, "three").Is(HttpStatusCode.Created);
        Assert.Equal("three", await _gateway.Get(Key).Body());
        await _gateway.Get("/readyz").Is(HttpStatusCode.OK);

        await _gateway.Fault(3, "start");
        await _gateway.Put(Key, "four").Is(HttpStatusCode.OK);
        Assert.Equal("four", await _gateway.Get(Key).Body());
    }

    [Fact]
    public async Task Stopping_the_primary_interrupts_even_a_single_request_only_until_the_next_view()
    {
        await _gateway.Put(Key, "before").Is(HttpStatusCode.Created);
        await _gateway.Fault(0, "stop");
        await Eventually(() => _gateway.Put(Key, "after"), HttpStatusCode.OK);
        Assert.Equal("after", await _gateway.Get(Key).Body());

        var shard = (await _gateway.Get("/v1/status").Json()).GetProperty("shards")[0];
        Assert.False(shard.GetProperty("replicas")[0].GetProperty("running").GetBoolean());
        Assert.NotEqual(0, shard.GetProperty("replicas")[1].GetProperty("view").GetInt32());
    }

    [Fact]
    public async Task Stopping_two_answers_no_quorum_and_starting_one_again_resumes()
    {
        await _gateway.Put(Key, "before").Is(HttpStatusCode.Created);
        await _gateway.Fault(1, "stop");
        await _gateway.Fault(2, "stop");

        var write = await _gateway.Put(Key, "lost").Problem(503, "no-quorum");
        Assert.True(write.GetProperty("retryable").GetBoolean());
        await _gateway.Post(Key, "lost").Problem(503, "no-quorum");
        await _gateway.Get(Key).Problem(503, "no-quorum");
        await _gateway.Get("/v1/kv").Problem(503, "no-quorum");
        await _gateway.Get(Key + "?consistency=certified").Problem(503, "no-quorum");
        Assert.Equal("before", await _gateway.Get(Key + "?consistency=local").Body());

        var readiness = await _gateway.Get("/readyz").Problem(503, "no-quorum");
        Assert.Contains("shard-0", readiness.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await _gateway.Get("/livez").Is(HttpStatusCode.OK);

        await _gateway.Fault(1, "start");
        await Eventually(() => _gateway.Put(Key, "again"), HttpStatusCode.OK);
        Assert.Equal("again", await _gateway.Get(Key).Body());
    }

    [Fact]
    public async Task A_write_without_an_answer_in_time_has_an_unknown_outcome_and_names_the_request()
    {
        // Nobody notices that the primary is gone before the gateway gives up.
        var patient = new ConsensusConfig { RequestTimeoutTicks = 1_000_000 };
        var hasty = new Gateway { Options = _gateway.Options with { AnswerTimeout = TimeSpan.FromMilliseconds(500), Consensus = patient } };
        await hasty.InitializeAsync();
        await hasty.Fault(0, "stop");
        var put = await hasty.Put(Key, "perhaps").Problem(504, "outcome-unknown", "unknown");
        Assert.Matches("^[0-9a-f]{64}$", put.GetProperty("request").GetString());
        Assert.True(put.GetProperty("retryable").GetBoolean());

        // Sent again without a signature it would be another request, and could append twice.
        var append = await hasty.Post(Key, "perhaps").Problem(504, "outcome-unknown", "unknown");
        Assert.False(append.GetProperty("retryable").GetBoolean());
        await hasty.Fault(0, "start");
        await Eventually(() => hasty.Put(Key, "surely"), HttpStatusCode.OK, HttpStatusCode.Created);
        await hasty.DisposeAsync();
    }

    [Fact]
    public async Task Who_has_too_much_waiting_is_refused_what_comes_on_top_and_told_when_to_come_again()
    {
        // Nobody notices that the primary is gone, so that nothing is answered before the gateway gives up.
        var patient = new ConsensusConfig { RequestTimeoutTicks = 1_000_000 };
        var hasty = new Gateway { Options = _gateway.Options with { AnswerTimeout = TimeSpan.FromSeconds(10), Consensus = patient } };
        await hasty.InitializeAsync();
        await hasty.Fault(0, "stop");
        var large = new string('x', 1_000_000);
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => hasty.Put($"{Key}{i}", large)));
        var refused = answers.Where(answer => answer.StatusCode == HttpStatusCode.TooManyRequests).ToList();
        Assert.InRange(refused.Count, 1, 10); // All are one client's, which may have half of 64 MiB.
        Assert.True((await refused[0].Problem(429, "too-many-requests")).GetProperty("retryable").GetBoolean());
        Assert.NotNull(refused[0].Headers.RetryAfter);
        Assert.All(answers.Except(refused), answer => Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode));
        foreach (var answer in answers) answer.Dispose();
        await hasty.DisposeAsync();
    }

    [Fact]
    public async Task With_all_replicas_stopped_every_request_still_has_an_answer()
    {
        for (var replica = 0; replica < 4; replica++) await _gateway.Fault(replica, "stop");
        await _gateway.Put(Key, "lost").Problem(503, "no-quorum");
        await _gateway.Get(Key + "?consistency=local").Problem(503, "no-quorum");
        await _gateway.Get("/v1/status").Is(HttpStatusCode.OK);

        for (var replica = 0; replica < 4; replica++) await _gateway.Fault(replica, "start");
        await Eventually(() => _gateway.Put(Key, "again"), HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_replica_that_is_started_empty_comes_to_hold_what_the_others_hold()
    {
        for (var i = 0; i < 20; i++) await _gateway.Put($"{Key}{i}", "value").Is(HttpStatusCode.Created);
        await _gateway.Fault(3, "stop");
        await _gateway.Fault(3, "start-empty");

        var deadline = Stopwatch.StartNew();
        for (var i = 0; await KeysOf(3) < 20; i++)
        {
            Assert.True(deadline.Elapsed < _bound, "The replica does not catch up.");
            await _gateway.Put(Key, $"load {i}").Is(i == 0 ? HttpStatusCode.Created : HttpStatusCode.OK);
        }

        Assert.Equal("value", await _gateway.Get(Key + "0").Body());
    }

    [Theory]
    [InlineData("""{"replica":4,"action":"stop"}""", 422, "bad-fault")]
    [InlineData("""{"replica":-1,"action":"stop"}""", 422, "bad-fault")]
    [InlineData("""{"action":"stop"}""", 422, "bad-fault")]
    [InlineData("""{"replica":1,"action":"explode"}""", 422, "bad-fault")]
    [InlineData("""{"replica":1,"action":"stop","shard":7}""", 422, "bad-fault")]
    [InlineData("""{"replica":1,"action":"stop","typo":7}""", 400, "bad-body")]
    [InlineData("""{"replica":"1","action":stop""", 400, "bad-body")]
    [InlineData("", 400, "bad-body")]
    [InlineData("null", 400, "bad-body")]
    public async Task A_fault_that_is_none_is_refused(string json, int status, string code)
    {
        await _gateway.Post("/v1/dev/faults", json).Problem(status, code);
        await _gateway.Put(Key, "all run").Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task The_answer_to_a_fault_says_how_the_replicas_are()
    {
        var shard = await _gateway.Post("/v1/dev/faults", """{"replica":2,"action":"stop","shard":0}""").Json();
        Assert.Equal([true, true, false, true], shard.GetProperty("replicas").EnumerateArray().Select(replica => replica.GetProperty("running").GetBoolean()));
    }

    private async Task<int> KeysOf(int replica)
    {
        var status = await _gateway.Get("/v1/status").Json();
        return status.GetProperty("shards")[0].GetProperty("replicas")[replica].GetProperty("keys").GetInt32();
    }

    // Each request waits for its answer, so that this asks no more often than the shard can say.
    private static async Task Eventually(Func<Task<HttpResponseMessage>> ask, params HttpStatusCode[] wanted)
    {
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            using var response = await ask();
            if (wanted.Contains(response.StatusCode)) return;
            Assert.True(response.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout, await response.Body());
            Assert.True(deadline.Elapsed < _bound, await response.Body());
        }
    }
}
