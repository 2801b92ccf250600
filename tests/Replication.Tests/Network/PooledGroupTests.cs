using System.Text;
using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.Replication.Storing;
using KvStore.StateMachine;

namespace KvStore.Replication.Tests.Network;

/// <summary>Four replicas that only know each other over TLS.</summary>
public sealed class PooledGroupTests
{
    [Fact]
    public async Task Four_replicas_order_requests_through_every_gateway()
    {
        await using var pool = await TestPool.StartAsync(4);
        using var client = new TestClient(pool.Genesis.Cluster);
        var hosts = Enumerable.Range(0, 4).Select(node => new PooledHost(pool, node, new MemoryReplicaLog(), new MemorySnapshotStore(), StartMode.Genesis)).ToList();

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => hosts[i % 4].SubmitAsync(client.Sign(OperationMethod.Post, "/v1/kv/log", "x"))));

        Assert.Equal(200, answers.Select(answer => answer.Result.Length).Distinct().Count());
        foreach (var host in hosts) Assert.Equal(new string('x', 200), Value(await host.ReadAsync(), "log"));
        Assert.All(Enumerable.Range(0, 4), node => Assert.All(pool[node].Peers, peer => Assert.Empty(peer.Rejected)));
        foreach (var host in hosts) host.Dispose();
    }

    [Fact]
    public async Task A_node_that_was_stopped_catches_up_over_new_connections_while_the_others_went_on()
    {
        await using var pool = await TestPool.StartAsync(4);
        using var client = new TestClient(pool.Genesis.Cluster);
        var (log, snapshots) = (new MemoryReplicaLog(), new MemorySnapshotStore());
        var hosts = Enumerable.Range(0, 3).Select(node => new PooledHost(pool, node, new MemoryReplicaLog(), new MemorySnapshotStore(), StartMode.Genesis)).ToList();
        using (var stopped = new PooledHost(pool, 3, log, snapshots, StartMode.Genesis))
        {
            await stopped.SubmitAsync(client.Sign(OperationMethod.Put, "/v1/kv/key", "before"));
        }

        await pool.StopNodeAsync(3);
        for (var i = 0; i < 50; i++) await hosts[i % 3].SubmitAsync(client.Sign(OperationMethod.Put, "/v1/kv/key", $"without {i}"));
        await pool.StartNodeAsync(3);
        using var back = new PooledHost(pool, 3, log, snapshots, StartMode.Restart);

        await back.SubmitAsync(client.Sign(OperationMethod.Put, "/v1/kv/other", "after"));
        Assert.Equal("without 49", Value(back.State, "key"));
        foreach (var host in hosts) host.Dispose();
    }

    private static string Value(ShardState state, string key)
    {
        Assert.True(Operation.TryCreate(OperationMethod.Get, $"/v1/kv/{key}", "", [], default, out var operation));
        Assert.True(OperationParser.TryParse(operation, state.Limits, out var command, out _));
        return Encoding.UTF8.GetString(state.Read(command).Value.Span);
    }
}
