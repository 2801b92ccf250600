using KvStore.Protocol;
using KvStore.Replication.InProcess;
using Microsoft.Extensions.Logging.Abstractions;

namespace KvStore.Replication.Tests;

/// <summary>The driver tells the core when the next key expires: after execution, and of the state that a restart or a transfer gave.</summary>
public sealed class IdleExpiryTests
{
    private readonly MovedClock _clock = new();

    [Fact]
    public async Task A_key_expires_on_every_replica_of_a_group_that_nobody_asks_for_anything()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var cluster = InProcessCluster.Start(new InProcessOptions { Clock = _clock }, NullLoggerFactory.Instance);
        using var client = new TestClient(cluster.Genesis.Cluster);
        var group = cluster.Groups[0];
        await group.SubmitAsync(client.Sign(OperationMethod.Put, "/v1/kv/stays", "x"), cancel);
        var put = await group.SubmitAsync(client.Sign(OperationMethod.Put, "/v1/kv/goes", "x", "?ttl=60"), cancel);
        Assert.NotEqual(default, put.Result.Expires);
        await Until(group, () => group.Statuses.All(status => status.Keys == 2), cancel);

        _clock.Advance(TimeSpan.FromSeconds(60));
        await Until(group, () => group.Statuses.All(status => status.Keys == 1), cancel);
        Assert.Null(group.ReadLocal().NextExpiry);
        Assert.All(group.Statuses, status => Assert.Equal(0UL, status.View));
    }

    [Fact]
    public async Task A_key_that_is_due_when_all_replicas_start_again_expires_then()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var cluster = InProcessCluster.Start(new InProcessOptions { Clock = _clock }, NullLoggerFactory.Instance);
        using var client = new TestClient(cluster.Genesis.Cluster);
        var group = cluster.Groups[0];
        await group.SubmitAsync(client.Sign(OperationMethod.Put, "/v1/kv/goes", "x", "?ttl=60"), cancel);
        await Until(group, () => group.Statuses.All(status => status is { Keys: 1, StableCheckpoint: > 0 }), cancel);
        for (var i = 0; i < 4; i++) group.StopReplica(i);
        _clock.Advance(TimeSpan.FromHours(1));
        for (var i = 0; i < 4; i++) group.StartReplica(i, emptyDisk: false);
        await Until(group, () => group.Statuses.All(status => status is { Running: true, Keys: 0, StableCheckpoint: > 0 }), cancel);
    }

    // Each look is preceded by a read through the group, so that nothing sleeps.
    private static async Task Until(InProcessGroup group, Func<bool> condition, CancellationToken cancel)
    {
        while (!condition()) await group.ReadLinearizableAsync(cancel);
    }

    private sealed class MovedClock : TimeProvider
    {
        private long _ticks;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _ticks));

        public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
    }
}
