using System.Diagnostics;
using KvStore.Protocol;
using KvStore.Replication.Pool;
using KvStore.Replication.Setup;
using KvStore.Replication.Tests.Setup;
using KvStore.Storage;
using KvStore.Storage.Tables;
using KvStore.Storage.Tests;

namespace KvStore.Replication.Tests.Pool;

/// <summary>Nodes that keep everything in tables and blobs: who gets the disks of a replica, and what becomes of who had them.</summary>
public sealed class TableStoresTests
{
    private const int Replaced = 2;

    private readonly FakeCloud[] _clouds = [new(), new()];

    [Fact]
    public void A_second_process_is_refused_while_the_first_shows_signs_of_life()
    {
        using var folder = new SetupFolder();
        using var setup = NodeSetup.Read(SetupFolder.Config(folder.Node(0, SetupFolder.Signed())));
        var disks = new TableDisk[_clouds.Length];
        var first = TableStores.Open(setup, shard => disks[shard.Number] = _clouds[shard.Number].Open(), _ => Assert.Fail("It keeps the lease."));
        var refused = Assert.Throws<SetupException>(() => TableStores.Open(setup, shard => _clouds[shard.Number].Open(observe: disks[shard.Number].Renew), _ => { }));
        Assert.Contains("in use", refused.Message, StringComparison.Ordinal);
        foreach (var store in first) store.Disk!.Dispose();
        var looks = 0;
        foreach (var store in TableStores.Open(setup, shard => _clouds[shard.Number].Open(observe: () => looks++), _ => { })) store.Disk!.Dispose();
        Assert.Equal(0, looks); // Who ended in order gave the leases up.
    }

    [Fact]
    public void When_one_disk_is_refused_the_others_are_given_up_again()
    {
        using var folder = new SetupFolder();
        using var setup = NodeSetup.Read(SetupFolder.Config(folder.Node(0, SetupFolder.Signed())));
        using var holder = _clouds[1].Open();
        Assert.Throws<SetupException>(() => TableStores.Open(setup, shard => _clouds[shard.Number].Open(observe: shard.Number == 1 ? holder.Renew : null), _ => { }));
        var looks = 0;
        _clouds[0].Open(observe: () => looks++).Dispose();
        Assert.Equal(0, looks);
    }

    [Fact]
    public void What_tables_do_not_have_is_refused_with_what_to_do()
    {
        using var folder = new SetupFolder();
        var directory = folder.Node(0, SetupFolder.Signed());
        using var setup = NodeSetup.Read(SetupFolder.Config(directory, flags: [(NodeSetting.Durability.Name, "none")]));
        Assert.Contains("durability", Assert.Throws<SetupException>(() => TableStores.Open(setup, NotOpened, _ => { })).Message, StringComparison.Ordinal);
        setup.Marks.OnUnflushedStart();
        using var later = NodeSetup.Read(SetupFolder.Config(directory));
        Assert.Contains("data", Assert.Throws<SetupException>(() => TableStores.Open(later, NotOpened, _ => { })).Next, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_whose_disk_was_taken_is_told_to_end_and_nothing_more_leaves_it()
    {
        var lost = new TaskCompletionSource<DiskFailedException>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pool = new TestPool();
        OnTables(pool, failure => lost.TrySetResult(failure));
        await pool.Begin();
        await Heard(pool, running: true);
        using var holder = _clouds[0].Open(); // As after a claimant's look at a lease that showed nothing: a process that stood still.
        var failure = await lost.Task.WaitAsync(TestPool.Patience, TestPool.Cancel);
        Assert.Contains("Two processes with one replica's key contradict each other", failure.Message, StringComparison.Ordinal);
        await Heard(pool, running: false); // It says ten times a second where it stands, while it may.
    }

    [Fact]
    public async Task A_disk_that_outlives_its_directory_is_no_first_start()
    {
        await using var pool = new TestPool();
        OnTables(pool, _ => { });
        await pool.Begin();
        await pool.Put(0, "key", "value");
        await pool.Stop(Replaced);
        pool.MakeAnew(Replaced); // With the leave to start for the first time, as an orchestrator mounts it each time.
        await pool.Stop(0);
        await pool.Stop(1);
        pool.Start(Replaced);
        Assert.True(pool.HasStarted(Replaced)); // It asks nobody, and does not say that it never ran.
        pool.Start(0);
        pool.Start(1);
        Assert.Equal("value", await pool.Get(Replaced, "key"));
        Assert.False(pool.StatusOf(Replaced).Rejoining);
    }

    // Of the replaced node, whose disks are opened anew with each of its starts.
    private void OnTables(TestPool pool, Action<DiskFailedException> lost)
    {
        var stores = default(System.Collections.Immutable.ImmutableArray<ShardStore>);
        pool.Change = (node, shard, memory) =>
        {
            if (node != Replaced) return memory;
            if (shard == 0)
            {
                using var setup = NodeSetup.Read(SetupFolder.Config(pool[Replaced]));
                stores = TableStores.Open(setup, group => _clouds[group.Number].Open(), lost);
            }

            return stores[shard];
        };
    }

    private static async Task Heard(TestPool pool, bool running)
    {
        var began = Stopwatch.GetTimestamp();
        while (pool.Group(0).Statuses[Replaced].Running != running)
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TestPool.Patience);
            await Task.Yield();
            TestPool.Cancel.ThrowIfCancellationRequested();
        }
    }

    private static TableDisk NotOpened(GroupId shard) => throw new InvalidOperationException("It is refused before.");
}
