using KvStore.Protocol;
using KvStore.Replication.InProcess;
using Microsoft.Extensions.Logging.Abstractions;

namespace KvStore.Replication.Tests;

public sealed class StateTransferTests
{
    private const int Keys = 100_000;
    private const int Writers = 256;

    [Fact]
    public async Task An_empty_replica_beside_three_that_hold_100_000_keys_catches_up_while_load_goes_on()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var cluster = InProcessCluster.Start(new InProcessOptions { AnswerTimeout = TimeSpan.FromSeconds(30) }, NullLoggerFactory.Instance);
        var group = cluster.Groups[0];
        using var client = new TestClient(cluster.Genesis.Cluster);
        await Write(group, client, 0, Keys, cancel);

        group.StopReplica(3);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var load = KeepWriting(group, client, stop.Token);
        group.StartReplica(3, emptyDisk: true);
        await Until(group, () => group.Statuses[3] is { Rejoining: false, FetchingState: false, Keys: >= Keys }, cancel);
        await stop.CancelAsync();
        await load;

        // The load has ended: the checkpoint of the idle group is the same everywhere.
        await Until(group, () => group.Statuses.All(status => status.StableCheckpoint == status.Executed), cancel);
        Assert.Single(group.Statuses.Select(status => (status.Executed, status.StateRoot)).Distinct());
    }

    private static async Task Write(InProcessGroup group, TestClient client, int first, int count, CancellationToken cancel)
    {
        var next = first - 1;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(
            async () =>
            {
                for (var key = Interlocked.Increment(ref next); key < first + count; key = Interlocked.Increment(ref next))
                {
                    await group.SubmitAsync(client.Sign(OperationMethod.Put, $"/v1/kv/key-{key}", $"value {key} {new string('x', 80)}"), cancel);
                }
            },
            cancel)));
    }

    private static async Task KeepWriting(InProcessGroup group, TestClient client, CancellationToken stop)
    {
        for (var round = 0; !stop.IsCancellationRequested; round++) await Write(group, client, round * 1000 % Keys, 1000, CancellationToken.None);
    }

    // Each look is preceded by a read through the group, so that nothing sleeps.
    private static async Task Until(InProcessGroup group, Func<bool> condition, CancellationToken cancel)
    {
        while (!condition()) await group.ReadLinearizableAsync(cancel);
    }
}
