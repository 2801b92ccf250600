namespace KvStore.Storage.Tests;

/// <summary>What a power cut leaves.</summary>
public sealed class MemoryDiskTests
{
    private const int Sector = IDisk.SectorBytes;

    [Fact]
    public void What_was_flushed_survives_and_what_was_not_does_not()
    {
        using var disk = new MemoryDisk();
        disk.Write("a", 0, "durable"u8);
        disk.Flush("a");
        disk.Write("never-flushed", 0, "lost"u8);
        disk.FlushNames();
        disk.Write("a", 3, " lost"u8);
        disk.Write("never-named", 0, "lost"u8);
        disk.Flush("never-named");

        disk.Crash();

        Assert.Equal(["a", "never-flushed"], disk.Files);
        Assert.Equal("durable"u8.ToArray(), disk.ReadAll("a"));
        Assert.Equal(0, disk.LengthOf("never-flushed"));
    }

    [Fact]
    public void Sectors_survive_each_for_itself()
    {
        using var disk = new MemoryDisk();
        disk.Write("a", 0, Filled(1, 3 * Sector));
        disk.Flush("a");
        disk.FlushNames();
        disk.Write("a", 0, Filled(2, 5 * Sector));
        var asked = 0;

        disk.Crash(() => asked++ % 2 == 1);

        Assert.Equal(5, asked);
        Assert.Equal([.. Filled(1, Sector), .. Filled(2, Sector), .. Filled(1, Sector), .. Filled(2, Sector)], disk.ReadAll("a"));
    }

    [Fact]
    public void A_sector_behind_one_that_was_lost_leaves_zeros_in_its_place()
    {
        using var disk = new MemoryDisk();
        disk.Allocate("a", 0);
        disk.FlushNames();
        disk.Write("a", 0, Filled(1, 2 * Sector));
        var asked = 0;
        disk.Crash(() => asked++ == 1);
        Assert.Equal([.. new byte[Sector], .. Filled(1, Sector)], disk.ReadAll("a"));
    }

    [Fact]
    public void Of_names_the_first_few_changes_survive()
    {
        for (var kept = 0; kept <= 4; kept++)
        {
            using var disk = new MemoryDisk();
            disk.Write("a", 0, [1]);
            disk.Write("b", 0, [2]);
            disk.Flush("a");
            disk.Flush("b");
            disk.FlushNames();
            disk.Allocate("c", 0);
            disk.Rename("a", "b");
            disk.Delete("c");
            disk.Delete("b");

            disk.Crash(namesKept: changes => Math.Min(changes, kept));

            string[] expected = kept switch { 0 => ["a", "b"], 1 => ["a", "b", "c"], 2 => ["b", "c"], 3 => ["b"], _ => [] };
            Assert.Equal(expected, disk.Files);
            if (kept is 2 or 3) Assert.Equal([1], disk.ReadAll("b"));
        }
    }

    [Fact]
    public void What_a_crash_left_is_durable_and_the_lease_has_ended()
    {
        using var disk = new MemoryDisk();
        disk.Write("a", 0, "1234"u8);
        var epoch = disk.Epoch;
        disk.Crash(() => true, changes => changes);
        disk.Crash();
        Assert.Equal("1234"u8.ToArray(), disk.ReadAll("a"));
        Assert.Equal(epoch + 2, disk.Epoch);
    }

    [Fact]
    public void A_cut_is_durable_when_it_returns()
    {
        using var disk = new MemoryDisk();
        disk.Write("a", 0, "1234"u8);
        disk.FlushNames();
        disk.Truncate("a", 3);
        disk.Crash();
        Assert.Equal("123"u8.ToArray(), disk.ReadAll("a"));
    }

    [Fact]
    public void A_flush_counts_only_when_something_waited()
    {
        using var disk = new MemoryDisk();
        disk.Write("a", 0, "1234"u8);
        disk.Flush("a");
        disk.Flush("a");
        disk.Write("a", 4, "5"u8);
        disk.Flush("a");
        Assert.Equal(2, disk.Flushes);
        Assert.Equal(5, disk.BytesWritten);
        disk.Allocate("a", 100 * Sector);
        Assert.Equal(Sector, disk.LiveBytes);
        disk.Wipe();
        Assert.Equal(0, disk.LiveBytes);
        Assert.Empty(disk.Files);
    }

    [Fact]
    public void A_disk_without_room_says_so_and_takes_what_fits()
    {
        using var disk = new MemoryDisk { BytesMax = 1000 };
        disk.Allocate("a", 900);
        disk.Write("a", 0, Filled(1, 900));
        Assert.Throws<DiskFullException>(() => disk.Write("a", 899, [1, 2, .. Filled(3, 200)]));
        Assert.Throws<DiskFullException>(() => disk.Allocate("b", 101));
        Assert.Equal(["a"], disk.Files);
        disk.BytesMax = 2000;
        disk.Allocate("b", 101);
    }

    private static byte[] Filled(byte value, int length) => [.. Enumerable.Repeat(value, length)];
}
