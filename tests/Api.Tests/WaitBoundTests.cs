using System.Net;

namespace KvStore.Api.Tests;

/// <summary>Waiting when there is no more room, when the node stops, and when the server does. Every test has a cluster of its own.</summary>
public sealed class WaitBoundTests : IAsyncLifetime
{
    private readonly Gateway _gateway = new() { Options = Gateway.Quiet with { KeyWaitersMax = 2 } };

    public ValueTask InitializeAsync() => _gateway.InitializeAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task One_too_many_is_told_to_come_back_and_the_others_are_woken_all_the_same()
    {
        var first = _gateway.Get("/v1/kv/a?wait=60s");
        var second = _gateway.Get("/v1/kv/a?wait=60s");
        await WaitTests.Waiters(_gateway, 2);
        await _gateway.Get("/v1/kv/a?wait=60s").Problem(503, "busy");
        await _gateway.Get("/v1/kv/a").Problem(404, "not-found"); // Reading without waiting goes on.
        await _gateway.Put("/v1/kv/a", "x").Is(HttpStatusCode.Created);
        Assert.Equal("x", await first.Body());
        Assert.Equal("x", await second.Body());
        Assert.Equal("x", await _gateway.Get("/v1/kv/a?wait=60s").Body());
    }

    [Fact]
    public async Task Who_waits_at_a_replica_that_stops_goes_on_waiting_at_another()
    {
        var waiting = _gateway.Get("/v1/kv/a?wait=60s");
        await WaitTests.Waiters(_gateway, 1);
        await _gateway.Fault(0, "stop");
        await WaitTests.Waiters(_gateway, 1);
        await _gateway.Put("/v1/kv/a", "x").Is(HttpStatusCode.Created);
        Assert.Equal("x", await waiting.Body());
    }

    [Fact]
    public async Task A_server_that_ends_does_not_wait_for_those_who_wait()
    {
        var waiting = _gateway.Get("/v1/kv/a?wait=60s");
        await WaitTests.Waiters(_gateway, 1);
        var ending = _gateway.DisposeServer();
        await waiting.Problem(404, "not-found");
        await ending;
    }
}
