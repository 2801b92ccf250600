using System.Net;
using System.Text.Json;
using KvStore.Protocol;

namespace KvStore.Api.Tests;

/// <summary>What is left when one shard of several can't answer. Every test has a cluster of its own.</summary>
public sealed class ShardFaultTests : IAsyncLifetime
{
    private const int Lost = 1;

    private ShardedGateway _gateway = new();

    private static string There => ShardedGateway.KeyOn(0, "key-");

    private static string Gone => ShardedGateway.KeyOn(Lost, "key-");

    public ValueTask InitializeAsync() => _gateway.InitializeAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task A_shard_without_a_quorum_fails_alone_and_is_named()
    {
        await StopTwo();
        await _gateway.Put("/v1/kv/" + There, "x").Is(HttpStatusCode.Created);
        using var refused = await _gateway.Put("/v1/kv/" + Gone, "x");
        await refused.Problem(503, "no-quorum");
        Assert.Equal("1", refused.Header("Kv-Shard"));

        var ready = await _gateway.Get("/readyz").Problem(503, "no-quorum");
        Assert.Contains("shard-1: no quorum", ready.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("shard-0", ready.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var status = (await _gateway.Get("/v1/status").Json()).GetProperty("shards");
        Assert.Equal([true, false, true], status.EnumerateArray().Select(shard => shard.GetProperty("hasQuorum").GetBoolean()));
    }

    [Fact]
    public async Task A_listing_needs_all_shards_unless_it_may_be_old()
    {
        await _gateway.Put("/v1/kv/" + There, "x").Is(HttpStatusCode.Created);
        await _gateway.Put("/v1/kv/" + Gone, "x").Is(HttpStatusCode.Created);
        await StopTwo();
        await _gateway.Get("/v1/kv").Problem(503, "no-quorum");
        await _gateway.Get("/v1/kv?consistency=certified").Problem(503, "no-quorum");
        await _gateway.Get("/v1/kv?consistency=local").Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_batch_has_the_results_of_the_shards_that_answer_and_errors_for_the_others()
    {
        await StopTwo();
        var batch = $$"""{"operations":[{"op":"put","key":"{{Gone}}","value":"1"},{"op":"put","key":"{{There}}","value":"2"},{"op":"get","key":"{{Gone}}"}]}""";
        var results = (await _gateway.PostJson("/v1/batch", batch).Json()).GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(["error", "created", "error"], results.Select(result => result.GetProperty("status").GetString()));
        var error = results[0].GetProperty("error");
        Assert.Equal(("no-quorum", "not-applied", 503), (Text(error, "code"), Text(error, "outcome"), error.GetProperty("status").GetInt32()));
        Assert.True(error.GetProperty("retryable").GetBoolean());
        Assert.Equal(Lost, results[0].GetProperty("shard").GetInt32());

        // Alone, the shard that does not answer is the whole answer.
        await _gateway.PostJson("/v1/batch", $$"""{"operations":[{"op":"put","key":"{{Gone}}","value":"1"}]}""").Problem(503, "no-quorum");
        await _gateway.PostJson("/v1/txn", $$"""{"then":[{"op":"put","key":"{{Gone}}","value":"1"}]}""").Problem(503, "no-quorum");
    }

    [Fact]
    public async Task What_a_silent_shard_did_with_its_part_of_a_batch_is_unknown()
    {
        // Nobody notices that the primary is gone before the gateway gives up.
        await _gateway.DisposeAsync();
        _gateway = new ShardedGateway { Options = _gateway.Options with { AnswerTimeout = TimeSpan.FromMilliseconds(500), Consensus = new ConsensusConfig { RequestTimeoutTicks = 1_000_000 } } };
        await _gateway.InitializeAsync();
        await _gateway.Fault(0, "stop", Lost);
        var batch = $$"""{"operations":[{"op":"append","key":"{{Gone}}","value":"1"},{"op":"put","key":"{{There}}","value":"2"}]}""";
        var results = (await _gateway.PostJson("/v1/batch", batch).Json()).GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(["error", "created"], results.Select(result => result.GetProperty("status").GetString()));
        var error = results[0].GetProperty("error");
        Assert.Equal(("outcome-unknown", "unknown"), (Text(error, "code"), Text(error, "outcome")));
        Assert.Matches("^[0-9a-f]{64}$", Text(error, "request"));
        await _gateway.PostJson("/v1/txn", $$"""{"then":[{"op":"put","key":"{{Gone}}","value":"1"}]}""").Problem(504, "outcome-unknown", "unknown");
    }

    private async Task StopTwo()
    {
        await _gateway.Fault(2, "stop", Lost);
        await _gateway.Fault(3, "stop", Lost);
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
