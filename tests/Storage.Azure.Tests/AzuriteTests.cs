using System.Text;
using KvStore.Protocol;
using KvStore.Replication.InProcess;
using KvStore.Replication.Tests;
using KvStore.StateMachine;
using KvStore.Storage.Tables;
using Microsoft.Extensions.Logging.Abstractions;

namespace KvStore.Storage.Azure.Tests;

/// <summary>What the ports promise, as the emulator keeps it.</summary>
public sealed class AzuriteTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Changes_are_made_together_or_not_at_all_and_refusals_say_why()
    {
        var table = Azurite.Table(Azurite.NewPartition());
        var first = table.Commit([Insert("a", 1), Insert("b", 2)]);
        Assert.Equal(first[0], table.Find("a")!.ETag);
        Assert.Equal(409, Refused(table, Insert("c", 3), Insert("a", 4)));
        Assert.Equal(404, Refused(table, Replace("d", 5, RowChange.AnyVersion), Insert("c", 3)));
        Assert.Null(table.Find("c"));

        var second = table.Commit([Replace("a", -7, first[0]!), new RowChange(RowChangeKind.Merge, Row("b", ("Text", "it's <&> ü"))), Insert("c", long.MaxValue)]);
        Assert.Equal(412, Refused(table, Replace("a", 8, first[0]!), Insert("d", 3)));
        Assert.Null(table.Find("d"));
        Assert.NotEqual(first[0], second[0]);
        Assert.Equal(-7, table.Find("a")!.Find<long>("Number"));
        Assert.Equal((2L, "it's <&> ü"), (table.Find("b")!.Find<long>("Number"), table.Find("b")!.Find<string>("Text")));
        Assert.Null(table.Commit([new RowChange(RowChangeKind.Delete, Row("b"))])[0]);
        Assert.Equal(["a", "c"], table.Query("a", "z", ["Number"], null).Rows.Select(row => row.Key));
        Assert.Equal([-7, long.MaxValue], table.Query("a", "z", ["Number"], null).Rows.Select(row => row.Find<long>("Number")));
    }

    [Fact]
    public void A_hundred_rows_and_four_megabytes_go_at_once_and_pages_are_followed()
    {
        var table = Azurite.Table(Azurite.NewPartition());
        for (var i = 0; i < 11; i++) table.Commit([.. Enumerable.Range(0, 100).Select(row => Insert($"{i:D2}-{row:D2}", row))]);
        var rows = new List<TableRow>();
        string? next = null;
        do
        {
            var page = table.Query("00", "99", null, next);
            rows.AddRange(page.Rows);
            next = page.Continuation;
        }
        while (next is not null);
        Assert.Equal(1100, rows.Select(row => row.Key).Distinct(StringComparer.Ordinal).Count());

        using var disk = Azurite.Open(Azurite.NewPartition());
        var bytes = new byte[7_000_000];
        new Random(1).NextBytes(bytes);
        disk.Write("wal-1", 0, bytes);
        disk.Flush("wal-1");
        Assert.True(disk.ReadAll("wal-1").AsSpan().SequenceEqual(bytes));
    }

    [Fact]
    public void Blobs_grow_at_the_place_that_was_asked_for_and_nowhere_else()
    {
        var partition = Azurite.NewPartition();
        _ = Azurite.Table(partition);
        var blobs = Azurite.Blobs(partition);
        blobs.Create("one");
        Assert.Equal(409, Assert.Throws<StoreRefusedException>(() => blobs.Create("one")).Status);
        blobs.Append("one", 0, "hello"u8.ToArray());
        Assert.Equal(412, Assert.Throws<StoreRefusedException>(() => blobs.Append("one", 0, "again"u8.ToArray())).Status);
        blobs.Append("one", 5, new byte[IBlobStore.BlockBytesMax]);
        Assert.Equal(IBlobStore.BlockBytesMax + 5, blobs.LengthOf("one"));
        var part = new byte[4];
        Assert.Equal(4, blobs.Read("one", 1, part));
        Assert.Equal("ello"u8.ToArray(), part);
        Assert.Equal(2, blobs.Read("one", IBlobStore.BlockBytesMax + 3, part));
        Assert.Equal(0, blobs.Read("one", IBlobStore.BlockBytesMax + 5, part));
        Assert.Equal(404, Assert.Throws<StoreRefusedException>(() => blobs.Read("none", 0, part)).Status);
        Assert.Null(blobs.LengthOf("none"));
        Assert.Equal(["one"], blobs.List());
        blobs.Delete("one");
        blobs.Delete("one");
        Assert.Empty(blobs.List());
    }

    [Fact]
    public void Of_two_claimants_the_former_can_change_nothing_any_more()
    {
        var partition = Azurite.NewPartition();
        using var former = Azurite.Open(partition);
        former.Write("wal-1", 0, "first"u8);
        former.Write("snap-1", 0, "first"u8);
        former.Flush("wal-1");
        former.Flush("snap-1");
        former.FlushNames();
        using var holder = Azurite.Open(partition);
        former.Write("wal-1", 5, "late"u8);
        Assert.Contains("taken by", Assert.Throws<DiskFailedException>(() => former.Flush("wal-1")).Message, StringComparison.Ordinal);
        Assert.Throws<DiskFailedException>(() => former.Write("snap-1", 5, "late"u8));
        holder.Write("wal-1", 5, " second"u8);
        holder.Flush("wal-1");
        using var next = Azurite.Open(partition);
        Assert.Equal("first second"u8.ToArray(), next.ReadAll("wal-1"));
        Assert.Equal("first"u8.ToArray(), next.ReadAll("snap-1"));
    }

    [Fact]
    public async Task A_group_keeps_everything_over_a_restart_of_all_its_replicas()
    {
        var disks = Azurite.NewDisks();
        var options = new InProcessOptions { OpenDisk = (group, replica) => disks.Open(group.Number, replica), Consensus = new ConsensusConfig { CheckpointInterval = 8 } };
        await using var cluster = InProcessCluster.Start(options, NullLoggerFactory.Instance);
        using var client = new TestClient(cluster.Genesis.Cluster);
        var group = cluster.Groups[0];
        for (var i = 0; i < 30; i++) await group.SubmitAsync(client.Sign(OperationMethod.Put, $"/v1/kv/key-{i}", $"value {i}"), Cancel);
        for (var replica = 0; replica < 4; replica++) group.StopReplica(replica);
        for (var replica = 0; replica < 4; replica++) group.StartReplica(replica, emptyDisk: false);
        var state = await group.ReadLinearizableAsync(Cancel);
        for (var i = 0; i < 30; i++) Assert.Equal($"value {i}", Read(state, $"key-{i}"));
    }

    private static int Refused(AzureTable table, params RowChange[] changes) => Assert.Throws<StoreRefusedException>(() => table.Commit(changes)).Status;

    private static RowChange Insert(string key, long number) => new(RowChangeKind.Insert, Row(key, ("Number", number)));

    private static RowChange Replace(string key, long number, string etag) => new(RowChangeKind.Replace, Row(key, ("Number", number)), etag);

    private static TableRow Row(string key, params (string Name, object Value)[] properties) =>
        new(key, properties.ToDictionary(property => property.Name, property => property.Value, StringComparer.Ordinal));

    private static string Read(ShardView state, string key)
    {
        Assert.True(Operation.TryCreate(OperationMethod.Get, $"/v1/kv/{key}", "", [], default, out var operation));
        Assert.True(OperationParser.TryParse(operation, state.Limits, out var command, out _));
        return Encoding.UTF8.GetString(state.Read(command).Value.Span);
    }
}
