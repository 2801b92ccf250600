using KvStore.Protocol;
using KvStore.Replication.Setup;
using KvStore.Replication.Storing;
using KvStore.Replication.Tests.Setup;
using KvStore.Storage;

namespace KvStore.Replication.Tests.Pool;

/// <summary>A run with durability none that did not end in order is a lost disk.</summary>
public sealed class UnflushedTests : IDisposable
{
    private readonly SetupFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_mark_is_there_from_before_the_first_word_until_all_is_durable()
    {
        using var setup = NodeSetup.Read(SetupFolder.Config(_folder.Node(0, SetupFolder.Signed())));
        Assert.False(setup.Marks.MayLackWrites);
        setup.Marks.OnUnflushedStart();
        setup.Marks.OnUnflushedStart(); // A second run, before the first ended in order.
        Assert.True(setup.Marks.MayLackWrites);
        setup.Marks.OnFlushed();
        setup.Marks.OnFlushed();
        Assert.False(setup.Marks.MayLackWrites);
    }

    [Fact]
    public void What_counts_as_lost_is_set_aside_and_the_disk_is_empty()
    {
        var directory = _folder["disk"];
        for (var run = 1; run <= 3; run++)
        {
            using var disk = ReplicaDisk.Open(directory, DurabilityMode.None, isLost: run > 1);
            Assert.True(disk.IsEmpty);
            disk.Log.Append(new RejoinRecord(new SequenceNumber((ulong)run)));
            disk.Log.Flush();
        }

        using (var disk = ReplicaDisk.Open(directory, DurabilityMode.None)) Assert.Equal(3UL, Assert.IsType<RejoinRecord>(Assert.Single(disk.Log.Load())).Floor.Number);
        Assert.Contains(Directory.GetFiles(directory), file => Path.GetFileName(file).StartsWith("aside-wal-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_node_that_ends_in_order_makes_all_durable_and_takes_the_mark_away()
    {
        await using var pool = new TestPool();
        var flushed = 0;
        pool.Change = (_, _, store) => store with { FlushAll = () => flushed++ };
        await pool.Begin();
        using var setup = NodeSetup.Read(SetupFolder.Config(pool[0]));
        await pool.Stop(0);
        Assert.Equal(0, flushed);
        setup.Marks.OnUnflushedStart();
        pool.Start(0);
        await pool.Stop(0);
        Assert.Equal(pool.Genesis.Groups.Length, flushed);
        Assert.False(setup.Marks.MayLackWrites);
    }
}
