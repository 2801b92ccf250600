using System.Text;
using KvStore.Consensus;
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

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_replica_whose_partition_another_process_took_stops_and_the_two_never_contradict_each_other(int index)
    {
        var clouds = Enumerable.Range(0, Replicas).Select(_ => new FakeCloud()).ToList();
        var group = new DrivenGroup();
        var replicas = clouds.Select((cloud, each) => group.Start(each, cloud.Open(), StartMode.Genesis)).ToList();
        for (var i = 0; i < 5; i++) group.Put($"before-{i}", replicas);
        group.Until(() => replicas.TrueForAll(replica => replica.Executed.Number > 0), "the group orders");

        // A second process with the same key takes the partition while the first runs and votes; each hears of other requests first.
        var former = replicas[index];
        var holder = group.Start(index, clouds[index].Open(), StartMode.Restart);
        var others = replicas.Where(replica => replica != former).ToList();
        group.Put("to-the-former", former);
        group.Put("to-the-holder", holder);
        var last = "";
        for (var i = 0; i < 60; i++)
        {
            group.Put(last = $"after-{i}", [former, holder, .. others]);
            if (i % 5 == 4) group.Until(() => others.TrueForAll(replica => Has(replica, last)), $"the group orders {last}");
        }

        group.Until(() => Has(holder, last) && former.Failure is not null, "the holder takes part");
        Assert.Contains("taken by", former.Failure!.Message, StringComparison.Ordinal);
        Assert.Null(holder.Failure);
        Assert.Contains(holder.Said, statement => statement is Commit);
        var said = former.Said.Count;
        former.Run(() => throw new InvalidOperationException("It has ended."));
        Assert.Equal(said, former.Said.Count);
        Assert.DoesNotContain(Pairs(former, holder), pair => Contradiction.Between(pair.One, pair.Other));
        Assert.All(replicas.Append(holder), replica => Assert.Equal(0, replica.Equivocations));

        // Nothing that it tried to write down is there for anybody.
        var next = group.Start(index, clouds[index].Open(), StartMode.Restart);
        Assert.Equal(holder.Said.OfType<Executed>().First(executed => executed.Sequence == next.Executed).LedgerRoot, next.Driver.View.LedgerRoot);
    }

    // Its answer needs no flush, and would lack what the holder voted to commit since: with another replica that lies, a quorum of answers could miss a write.
    [Fact]
    public void A_former_holder_answers_no_question_about_the_read_index_once_another_can_have_taken_its_place()
    {
        var (clouds, clock) = (Enumerable.Range(0, Replicas).Select(_ => new FakeCloud()).ToList(), new FakeClock());
        var group = new DrivenGroup();
        var replicas = clouds.Select((cloud, each) => group.Start(each, cloud.Open(clock: clock), StartMode.Genesis)).ToList();
        group.Put("before", replicas);
        group.Until(() => replicas.TrueForAll(replica => Has(replica, "before")), "the group orders");
        var former = replicas[2];
        Ask(former, 1);
        Assert.Equal([1UL, 1UL], former.AnsweredRounds);

        var disk = clouds[2].Open(observe: () => clock.Pass(15), clock: clock);
        Ask(former, 2);
        Assert.Null(former.Failure); // It has written nothing and knows nothing of it.
        Assert.Equal([1UL, 1UL], former.AnsweredRounds);
        var holder = group.Start(2, disk, StartMode.Restart);
        group.Until(
            () =>
            {
                Ask(holder, 3);
                return holder.AnsweredRounds.Contains(3);
            },
            "the holder has heard what it said before, and answers");
    }

    [Fact]
    public void Without_the_fence_the_same_two_would_contradict_each_other()
    {
        var group = new DrivenGroup();
        var replicas = Enumerable.Range(0, Replicas).Select(each => group.Start(each, new MemoryDisk(), StartMode.Genesis)).ToList();
        var twin = group.Start(0, new MemoryDisk(), StartMode.Genesis);
        group.Put("to-the-one", replicas[0]);
        group.Put("to-the-other", twin);
        group.Until(() => Pairs(replicas[0], twin).Any(pair => Contradiction.Between(pair.One, pair.Other)), "two primaries of one key propose different batches");
    }

    [Fact]
    public void Whatever_request_the_power_goes_at_the_next_start_knows_all_that_was_told()
    {
        for (var cutAt = 0; ; cutAt++)
        {
            var cloud = new FakeCloud();
            var requestsLeft = int.MaxValue;
            var replica = LoneReplica.Start(cloud.Open(_ => requestsLeft-- == 0 ? Fate.LateAndPowerCut : Fate.Done));
            requestsLeft = cutAt;
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
            if (isCut) continue;
            Assert.True(cutAt > 20);
            return;
        }
    }

    private static IEnumerable<(Statement One, Statement Other)> Pairs(DrivenReplica one, DrivenReplica other) =>
        from first in one.Said from second in other.Said select (first, second);

    // A peer's gateway, and its own.
    private static void Ask(DrivenReplica replica, ulong round)
    {
        foreach (var from in (ReplicaId[])[new(0), replica.Id]) replica.Hear(from, new ReadIndexQuery(round));
    }

    private static bool Has(DrivenReplica replica, string key)
    {
        Assert.True(Operation.TryCreate(OperationMethod.Get, $"/v1/kv/{key}", "", [], default, out var operation));
        Assert.True(OperationParser.TryParse(operation, replica.Driver.View.Limits, out var command, out _));
        return !replica.Driver.View.Read(command).Value.IsEmpty;
    }

    private static string Read(ShardView state, string key)
    {
        Assert.True(Operation.TryCreate(OperationMethod.Get, $"/v1/kv/{key}", "", [], default, out var operation));
        Assert.True(OperationParser.TryParse(operation, state.Limits, out var command, out _));
        return Encoding.UTF8.GetString(state.Read(command).Value.Span);
    }
}
