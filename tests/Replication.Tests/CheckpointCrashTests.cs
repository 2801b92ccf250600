using KvStore.Protocol;
using KvStore.Storage;
using KvStore.Storage.Tests;

namespace KvStore.Replication.Tests;

/// <summary>Power cuts at every change of the disk while checkpoints become stable and durable.</summary>
public sealed class CheckpointCrashTests
{
    private const int Writes = 14;

    [Fact]
    public void A_power_cut_anywhere_loses_nothing_that_was_told_and_the_state_is_made_again()
    {
        var (cuts, rolled) = (0, 0);
        for (var cutAt = 0; ; cutAt++)
        {
            using var disk = new MemoryDisk();
            var faulty = new CrashingDisk(disk, cutAt);
            var told = new SortedDictionary<ulong, Digest>();
            if (!Run(faulty, told)) break;
            cuts++;
            var random = new Random(cutAt);
            disk.Crash(() => random.Next(2) == 0, changes => random.Next(changes + 1));
            if (NewestSnapshot(disk) < told.LastOrDefault().Key / 4 * 4) rolled++;
            AssertGoesOn(disk, told);
        }

        Assert.True(cuts > 100);
        Assert.True(rolled > 20);
    }

    [Fact]
    public void A_power_cut_anywhere_in_a_restart_loses_nothing_either()
    {
        for (var cutAt = 0; cutAt < 40; cutAt++)
        {
            using var disk = new MemoryDisk();
            var told = new SortedDictionary<ulong, Digest>();
            Run(new CrashingDisk(disk), told, saves: false);
            disk.Crash();
            var random = new Random(cutAt);
            Run(new CrashingDisk(disk, cutAt), told);
            disk.Crash(() => random.Next(2) == 0, changes => random.Next(changes + 1));
            AssertGoesOn(disk, told);
        }
    }

    [Fact]
    public void Without_any_saved_snapshot_the_state_comes_from_the_log_alone_and_is_saved_then()
    {
        using var disk = new MemoryDisk();
        var told = new SortedDictionary<ulong, Digest>();
        Run(new CrashingDisk(disk), told, saves: false);
        Assert.Equal(0UL, NewestSnapshot(disk));
        disk.Crash();
        var replica = LoneReplica.Start(disk);
        Assert.Equal((ulong)Writes, replica.Driver.View.Sequence.Number);
        replica.SaveAll();
        Assert.Equal((ulong)(Writes / 4 * 4), NewestSnapshot(disk));
        Assert.Single(disk.Files, file => file.StartsWith("wal-", StringComparison.Ordinal));
        disk.Crash();
        AssertGoesOn(disk, told);
    }

    // Writes, with work on checkpoints now and then; false when the power was not cut.
    private static bool Run(IDisk disk, SortedDictionary<ulong, Digest> told, bool saves = true)
    {
        LoneReplica? replica = null;
        try
        {
            replica = LoneReplica.Start(disk);
            for (var i = 1; i <= Writes; i++)
            {
                replica.Put($"key-{i}", $"value {i} {new string('x', 300)}");
                if (saves && i % 5 == 0) replica.SaveAll();
            }

            return false;
        }
        catch (PowerCutException)
        {
            return true;
        }
        finally
        {
            foreach (var (position, root) in replica?.Told ?? []) told[position] = root;
        }
    }

    private static void AssertGoesOn(MemoryDisk disk, SortedDictionary<ulong, Digest> told)
    {
        var replica = LoneReplica.Start(disk);
        Assert.True(replica.Driver.View.Sequence.Number >= told.LastOrDefault().Key);
        replica.Put("one-more", "value");
        replica.SaveAll();
        var state = replica.Driver.View;
        for (ulong position = 1; position <= state.Sequence.Number; position++)
        {
            var entry = replica.Ledger.Find(new SequenceNumber(position));
            Assert.NotNull(entry);
            if (told.TryGetValue(position, out var root)) Assert.Equal(root, entry.Frontier.Root);
        }
    }

    private static ulong NewestSnapshot(IDisk disk) => SnapshotFiles.Positions(disk) is [.., var newest] ? newest : 0;
}
