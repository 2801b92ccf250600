using KvStore.Protocol;
using KvStore.Replication.Gateways;
using KvStore.Replication.Ports;
using KvStore.Replication.Setup;
using KvStore.Storage;

namespace KvStore.Replication.Tests.Pool;

/// <summary>Nodes of a pool: how they start, and what each serves.</summary>
public sealed class PoolNodeTests
{
    [Fact]
    public async Task What_was_written_through_one_node_is_read_through_every_other()
    {
        await using var pool = new TestPool();
        await pool.Begin();
        for (var i = 0; i < 4; i++) await pool.Put(i, $"key-{i}", $"value {i}");
        for (var i = 0; i < 4; i++)
        {
            for (var key = 0; key < 4; key++) Assert.Equal($"value {key}", await pool.Get(i, $"key-{key}"));
        }
    }

    [Fact]
    public async Task A_node_that_stops_is_missed_by_nobody_and_knows_everything_when_it_is_back()
    {
        await using var pool = new TestPool();
        await pool.Begin();
        await pool.Put(0, "key", "before");
        await pool.Stop(0); // The primary of the first view.
        await pool.Put(1, "key", "meanwhile");
        Assert.Equal("meanwhile", await pool.Get(2, "key"));
        pool.Start(0);
        Assert.True(pool.HasStarted(0));
        Assert.Equal("meanwhile", await pool.Get(0, "key"));
        Assert.False(pool.StatusOf(0).Rejoining);
    }

    [Fact]
    public async Task A_node_that_retires_leaves_its_views_to_another_that_leads_already_when_it_is_gone()
    {
        await using var pool = new TestPool();
        await pool.Begin();
        await pool.Put(0, "key", "before");
        // Nobody waits for anything, so no time-out ends the view.
        await Until(pool, () => pool.StatusOf(0) is { Active: true, Primary: 0, PendingRequests: 0 });
        await pool.Retire(0);
        foreach (var node in (int[])[1, 2, 3]) await Until(pool, () => pool.StatusOf(node) is { Active: true, Primary: 1, View: 1 });
        await pool.Put(1, "key", "after");
        pool.Start(0);
        Assert.Equal("after", await pool.Get(0, "key"));
    }

    [Fact]
    public async Task A_node_without_a_quorum_stops_although_nobody_takes_over()
    {
        await using var pool = new TestPool();
        await pool.Begin();
        await Until(pool, () => pool.StatusOf(0) is { Running: true }); // While there is a quorum: without one nothing moves on.
        await pool.Stop(2);
        await pool.Stop(3);
        await pool.Retire(0);
    }

    [Fact]
    public async Task A_pool_that_was_never_used_starts_again()
    {
        await using var pool = new TestPool();
        await pool.Begin();
        for (var i = 0; i < 4; i++) await pool.Stop(i);
        for (var i = 0; i < 4; i++) pool.Start(i);
        await pool.Put(3, "key", "value");
        for (var i = 0; i < 4; i++) Assert.False(pool.StatusOf(i).Rejoining);
    }

    [Fact]
    public async Task A_node_whose_data_was_removed_rejoins_and_does_not_begin_anew()
    {
        await using var pool = new TestPool();
        await pool.Begin();
        await pool.Put(0, "key", "value");
        await pool.Stop(2);
        pool.LoseData(2);
        pool.Start(2);
        Assert.True(pool.HasStarted(2));
        await Until(pool, () => pool.StatusOf(2) is { Running: true, Rejoining: true });
        await Until(pool, () => pool.StatusOf(2) is { Running: true, Rejoining: false });
        Assert.Equal("value", await pool.Get(2, "key"));
    }

    [Fact]
    public async Task A_directory_that_is_made_anew_for_a_cluster_that_has_run_is_no_first_start()
    {
        await using var pool = new TestPool();
        await pool.Begin();
        await pool.Put(0, "key", "value");
        await pool.Get(1, "key");
        await pool.Get(3, "key");
        await pool.Stop(2);
        pool.MakeAnew(2);
        pool.Start(2);
        await pool.Started(2);
        await Until(pool, () => pool.StatusOf(2) is { Running: true, Rejoining: true });
        Assert.Equal("value", await pool.Get(2, "key"));
    }

    [Fact]
    public async Task A_first_start_waits_for_a_quorum_and_says_so()
    {
        await using var pool = new TestPool();
        pool.Start(0);
        pool.Start(1);
        Assert.False(pool.HasStarted(0));
        Assert.False(pool.Group(0).HasQuorum);
        Assert.True(pool.Group(0).IsCatchingUp);
        Assert.Throws<CatchingUpException>(() => pool.Group(0).ReadLocal());
        Assert.All(pool.Group(0).Statuses, status => Assert.Null(status.Keys));
        pool.Start(2);
        await pool.Started(0);
        await pool.Started(1);
        await pool.Started(2);
        await pool.Put(0, "key", "value");
        Assert.Equal("value", await pool.Get(2, "key"));
    }

    [Fact]
    public async Task A_node_that_waits_for_the_others_can_be_stopped_and_still_has_its_first_start()
    {
        await using var pool = new TestPool();
        pool.Start(0);
        await pool.Stop(0);
        await pool.Begin();
        await pool.Put(0, "key", "value");
        Assert.False(pool.StatusOf(0).Rejoining);
    }

    [Fact]
    public async Task No_replica_of_a_node_starts_when_one_of_them_can_not()
    {
        await using var pool = new TestPool();
        await pool.Begin();
        await pool.Stop(0);
        pool.Change = (node, shard, store) => node == 0 && shard == 1 ? store with { Log = new BadLog(new InvalidDataException("The log is another version's.")) } : store;
        Assert.Contains("another version", Assert.Throws<SetupException>(() => pool.Start(0)).Message, StringComparison.Ordinal);
        Assert.Throws<CatchingUpException>(() => pool.Group(0).ReadLocal());
    }

    [Fact]
    public async Task A_first_start_that_finds_no_room_says_what_to_do_and_can_be_stopped_and_tried_again()
    {
        await using var pool = new TestPool();
        pool.Change = (node, shard, store) => node == 0 && shard == 1 ? store with { Log = new BadLog(new DiskFullException("There is no room.")) } : store;
        for (var node = 0; node < 4; node++) pool.Start(node);
        Assert.Contains("Make room", (await Assert.ThrowsAsync<SetupException>(() => pool.Started(0))).Next, StringComparison.Ordinal);
        Assert.Throws<CatchingUpException>(() => pool.Group(0).ReadLocal());
        await pool.Stop(0);
        pool.Change = (_, _, store) => store;
        pool.Start(0);
        await pool.Started(0);
        await pool.Put(1, "key", "value");
        Assert.Equal("value", await pool.Get(0, "key"));
    }

    // A log on which nothing can be done that needs the disk.
    private sealed class BadLog(Exception failure) : IReplicaLog
    {
        public IReadOnlyList<LogRecord> Load() => throw failure;

        public IEnumerable<LogRecord> LoadOlder(SequenceNumber from) => throw failure;

        public void Append(LogRecord record)
        {
        }

        public void Flush() => throw failure;

        public void BeginAt(SequenceNumber stable, IReadOnlyList<LogRecord> live)
        {
        }

        public bool TryDropBefore(SequenceNumber stable) => false;
    }

    // What the others execute meanwhile is what moves the pool on.
    private static async Task Until(TestPool pool, Func<bool> condition)
    {
        while (!condition()) await pool.Put(1, "other", "x");
    }
}
