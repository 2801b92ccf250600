using System.Text;
using KvStore.Protocol;
using KvStore.Replication.InProcess;
using KvStore.StateMachine;
using KvStore.Storage;
using KvStore.Storage.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace KvStore.Replication.Tests;

/// <summary>Replicas that keep everything in tables and blobs.</summary>
public sealed class TableDiskTests
{
    private const int Replicas = 4;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_group_on_tables_and_blobs_stops_again_and_again_and_every_acknowledged_write_is_there()
    {
        var clouds = Enumerable.Range(0, Replicas).Select(_ => new FakeCloud { PageRowsMax = 10 }).ToList();
        var options = new InProcessOptions { OpenDisk = (_, replica) => clouds[replica].Open(), Consensus = new ConsensusConfig { CheckpointInterval = 8 } };
        await using var cluster = InProcessCluster.Start(options, NullLoggerFactory.Instance);
        using var client = new TestClient(cluster.Genesis.Cluster);
        var group = cluster.Groups[0];
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 30; i++) await group.SubmitAsync(client.Sign(OperationMethod.Put, $"/v1/kv/key-{round}-{i}", $"value {i}"), Cancel);
            for (var replica = 0; replica < Replicas; replica++) group.StopReplica(replica);
            for (var replica = 0; replica < Replicas; replica++) group.StartReplica(replica, emptyDisk: false);
            var state = await group.ReadLinearizableAsync(Cancel);
            for (var i = 0; i < 30; i++) Assert.Equal($"value {i}", Read(state, $"key-{round}-{i}"));
        }

        Assert.All(clouds, cloud => Assert.Contains(cloud.Table.Keys, key => cloud.Table.Find(key)!.Find<string>("Name")?.StartsWith("snap-", StringComparison.Ordinal) == true));
        Assert.NotNull(group.Ledger(1)!.Find(new SequenceNumber(1)));
    }

    [Fact]
    public void A_replica_whose_partition_another_process_took_stops_before_it_says_anything_more()
    {
        var cloud = new FakeCloud();
        var former = LoneReplica.Start(cloud.Open());
        for (var i = 0; i < 5; i++) former.Put($"key-{i}", "value");
        former.SaveAll();
        var (told, said) = (former.Told.Last(), former.Said.Count);

        // Another process with the same key and the same configuration finds all that was said, and goes on.
        var holder = LoneReplica.Start(cloud.Open());
        Assert.Equal(told.Key, holder.Driver.View.Sequence.Number);
        Assert.Equal(told.Value, holder.Driver.View.LedgerRoot);
        holder.Put("key-5", "of the holder");

        Assert.Throws<DiskFailedException>(() => former.Put("key-5", "of the former"));
        Assert.Throws<DiskFailedException>(() => former.Put("key-6", "of the former"));
        Assert.Equal(said, former.Said.Count);
        Assert.Equal(told, former.Told.Last());
        holder.Put("key-7", "of the holder");
        Assert.True(said > 0 && holder.Said.Count > 0);
        Assert.DoesNotContain(Pairs(former, holder), pair => Contradiction.Between(pair.One, pair.Other));

        var next = LoneReplica.Start(cloud.Open());
        Assert.Equal(holder.Told.Last().Value, next.Driver.View.LedgerRoot);
    }

    [Fact]
    public void Without_the_fence_the_same_two_would_contradict_each_other()
    {
        var (one, other) = (LoneReplica.Start(new MemoryDisk()), LoneReplica.Start(new MemoryDisk()));
        one.Put("key", "of the one");
        other.Put("key", "of the other");
        Assert.Contains(Pairs(one, other), pair => Contradiction.Between(pair.One, pair.Other));
    }

    [Fact]
    public void Whatever_request_the_power_goes_at_the_next_start_knows_all_that_was_told()
    {
        for (var cutAt = 0; ; cutAt++)
        {
            var cloud = new FakeCloud();
            var requestsLeft = cutAt;
            var replica = LoneReplica.Start(cloud.Open(_ => requestsLeft-- == -2 ? Fate.LateAndPowerCut : Fate.Done));
            requestsLeft = cutAt - 2;
            var isCut = false;
            try
            {
                for (var i = 0; i < 9; i++)
                {
                    replica.Put($"key-{i}", new string('x', 300));
                    replica.SaveAll();
                }
            }
            catch (PowerCutException)
            {
                isCut = true;
            }

            var next = LoneReplica.Start(cloud.Open());
            cloud.DeliverLate();
            var told = replica.Told.LastOrDefault();
            Assert.InRange(next.Driver.View.Sequence.Number, told.Key, told.Key + 1);
            if (next.Driver.View.Sequence.Number == told.Key && told.Key > 0) Assert.Equal(told.Value, next.Driver.View.LedgerRoot);
            next.Put("more", "value");
            Assert.DoesNotContain(Pairs(replica, next), pair => Contradiction.Between(pair.One, pair.Other));
            if (isCut) continue;
            Assert.True(cutAt > 20);
            return;
        }
    }

    private static IEnumerable<(Statement One, Statement Other)> Pairs(LoneReplica one, LoneReplica other) =>
        from first in one.Said from second in other.Said select (first, second);

    private static string Read(ShardView state, string key)
    {
        Assert.True(Operation.TryCreate(OperationMethod.Get, $"/v1/kv/{key}", "", [], default, out var operation));
        Assert.True(OperationParser.TryParse(operation, state.Limits, out var command, out _));
        return Encoding.UTF8.GetString(state.Read(command).Value.Span);
    }
}
