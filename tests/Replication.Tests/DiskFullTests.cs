using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.Storage;

namespace KvStore.Replication.Tests;

/// <summary>A replica without room on its disk says nothing that is not durable, loses nothing, and goes on when there is room.</summary>
public sealed class DiskFullTests
{
    [Fact]
    public void Nothing_is_told_before_it_is_durable_and_everything_is_told_then()
    {
        using var disk = new MemoryDisk();
        var replica = LoneReplica.Start(disk);
        replica.Put("key-1", "value");
        disk.BytesMax = disk.Files.Sum(disk.LengthOf);
        var written = 1;
        while (!replica.Driver.IsDiskFull) replica.Put($"key-{++written}", new string('x', 500));

        Assert.Equal((ulong)(written - 1), replica.Told.Last().Key);
        replica.Put("dropped", "as a network might");
        for (var i = 0; i < 3; i++) replica.Tick();
        Assert.True(replica.Driver.IsDiskFull);
        Assert.Equal((ulong)(written - 1), replica.Told.Last().Key);

        disk.BytesMax = long.MaxValue;
        replica.Put("dropped", "until the next tick looks whether there is room");
        Assert.True(replica.Driver.IsDiskFull);
        replica.Tick();
        Assert.False(replica.Driver.IsDiskFull);
        Assert.Equal((ulong)written, replica.Told.Last().Key);
        for (var i = 0; i < 8; i++) replica.Put($"later-{i}", "value");
        replica.SaveAll();
        var root = replica.Driver.Publish().ComputeRoot();

        disk.Crash();
        Assert.Equal(root, LoneReplica.Start(disk).Driver.Publish().ComputeRoot());
    }

    [Fact]
    public void A_power_cut_while_the_disk_is_full_loses_nothing_that_was_told()
    {
        using var disk = new MemoryDisk();
        var replica = LoneReplica.Start(disk);
        disk.BytesMax = disk.Files.Sum(disk.LengthOf) + 2048;
        for (var i = 0; !replica.Driver.IsDiskFull; i++) replica.Put($"key-{i}", new string('x', 100));
        var (position, root) = replica.Told.Last();
        var random = new Random(3);
        disk.Crash(() => random.Next(2) == 0, changes => random.Next(changes + 1));
        disk.BytesMax = long.MaxValue;

        var again = LoneReplica.Start(disk);
        Assert.Equal(position, again.Driver.View.Sequence.Number);
        Assert.Equal(root, again.Driver.View.LedgerRoot);
    }

    [Fact]
    public void Reads_are_answered_meanwhile()
    {
        using var disk = new MemoryDisk();
        var replica = LoneReplica.Start(disk);
        disk.BytesMax = disk.Files.Sum(disk.LengthOf);
        for (var i = 0; !replica.Driver.IsDiskFull; i++) replica.Put($"key-{i}", new string('x', 500));
        replica.Driver.Run([new MessageReceived(new ReplicaId(0), new PlainMessage(new ReadIndexQuery(1)))]);
        Assert.Equal(1, replica.ReadIndexAnswers);
        Assert.True(replica.Driver.IsDiskFull);
    }

    [Fact]
    public void A_snapshot_that_finds_no_room_is_tried_again_and_the_ordering_goes_on_meanwhile()
    {
        using var disk = new MemoryDisk();
        var replica = LoneReplica.Start(disk);
        for (var i = 1; i <= 4; i++) replica.Put($"key-{i}", "value");
        var work = Assert.Single(replica.Saves);
        replica.Saves.Clear();
        disk.BytesMax = disk.Files.Sum(disk.LengthOf) + 200;
        var full = Assert.Throws<DiskFullException>(() => StepToEnd(work));
        replica.Driver.OnSaved(new Driving.CheckpointSaved(work, full));
        replica.Put("key-5", "value");
        Assert.Equal(5UL, replica.Told.Last().Key);

        disk.BytesMax = long.MaxValue;
        while (replica.Saves.Count == 0) replica.Tick();
        replica.SaveAll();
        Assert.Equal([4UL], SnapshotFiles.Positions(disk));
    }

    [Fact]
    public void What_a_durable_snapshot_makes_needless_gives_its_room_to_a_log_that_has_none()
    {
        using var disk = new MemoryDisk();
        var replica = LoneReplica.Start(disk);
        for (var i = 1; i <= 8; i++)
        {
            replica.Put($"key-{i}", new string('x', 500));
            if (i == 4) replica.SaveAll();
        }

        // The second snapshot finds its room, and then the log of what follows finds none.
        var work = Assert.Single(replica.Saves);
        StepToEnd(work);
        disk.BytesMax = disk.Files.Sum(disk.LengthOf);
        var written = 8;
        while (!replica.Driver.IsDiskFull) replica.Put($"key-{++written}", new string('x', 500));
        replica.Driver.OnSaved(new Driving.CheckpointSaved(work, null));
        replica.Tick();
        Assert.False(replica.Driver.IsDiskFull);
        Assert.Equal((ulong)written, replica.Told.Last().Key);
        Assert.Equal([8UL], SnapshotFiles.Positions(disk));

        disk.Crash();
        Assert.Equal((ulong)written, LoneReplica.Start(disk).Driver.View.Sequence.Number);
    }

    [Fact]
    public void A_snapshot_that_finds_no_room_leaves_none_of_it_taken()
    {
        using var disk = new MemoryDisk();
        var replica = LoneReplica.Start(disk);
        for (var i = 1; i <= 4; i++) replica.Put($"key-{i}", new string('x', 500));
        replica.Ledger.Flush();
        var before = disk.Files;
        disk.BytesMax = disk.Files.Sum(disk.LengthOf) + 1000;
        Assert.Throws<DiskFullException>(() => StepToEnd(Assert.Single(replica.Saves)));
        Assert.Equal(before, disk.Files);
    }

    [Fact]
    public void A_disk_that_failed_ends_the_replica_also_when_the_work_was_not_the_one_under_way()
    {
        using var disk = new MemoryDisk();
        var replica = LoneReplica.Start(disk);
        for (var i = 1; i <= 4; i++) replica.Put($"key-{i}", "value");
        var work = replica.Saves.Peek();
        replica.SaveAll();
        var failure = new DiskFailedException("The disk failed.");
        Assert.Same(failure, Assert.Throws<DiskFailedException>(() => replica.Driver.OnSaved(new Driving.CheckpointSaved(work, failure))));
    }

    private static void StepToEnd(Driving.CheckpointSave work)
    {
        while (work.Step())
        {
        }
    }
}
