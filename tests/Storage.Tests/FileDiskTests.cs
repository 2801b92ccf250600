using System.Globalization;

namespace KvStore.Storage.Tests;

public sealed class FileDiskTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Data => Path.Combine(_directory.Path, "data");

    [Fact]
    public void A_second_holder_is_refused_and_told_which_directory_and_which_process()
    {
        using var first = FileDisk.Open(Data, DurabilityMode.Always);
        var refusal = Assert.Throws<DiskInUseException>(() => FileDisk.Open(Data, DurabilityMode.Always));
        Assert.Contains(Data, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("process " + Environment.ProcessId.ToString(CultureInfo.InvariantCulture), refusal.Message, StringComparison.Ordinal);
        first.Write("a", 0, [1]);
        first.Flush("a");
    }

    [Fact]
    public void Every_lease_has_the_next_number_and_its_file_is_no_file_of_the_disk()
    {
        for (ulong expected = 1; expected <= 3; expected++)
        {
            using var disk = FileDisk.Open(Data, DurabilityMode.None);
            Assert.Equal(expected, disk.Epoch);
            Assert.Empty(disk.Files);
        }
    }

    [Fact]
    public void A_holder_whose_directory_was_taken_in_spite_of_the_lock_makes_nothing_durable_any_more()
    {
        using var replaced = FileDisk.Open(Data, DurabilityMode.Always);
        replaced.Write("a", 0, [1]);
        // A copy of the directory takes its place, as with a network's file system that forgot the lock.
        Directory.Move(Data, Data + ".away");
        Directory.CreateDirectory(Data);
        File.Copy(Path.Combine(Data + ".away", "lease"), Path.Combine(Data, "lease"));
        replaced.Flush("a");
        using var next = FileDisk.Open(Data, DurabilityMode.Always);
        var failure = Assert.Throws<DiskFailedException>(() => replaced.Flush("a"));
        Assert.Contains("was taken by process", failure.Message, StringComparison.Ordinal);
        next.Write("b", 0, [1]);
        next.Flush("b");
    }

    [Fact]
    public void A_lease_that_is_gone_stops_its_holder()
    {
        using var disk = FileDisk.Open(Data, DurabilityMode.Always);
        disk.Write("a", 0, [1]);
        File.Delete(Path.Combine(Data, "lease"));
        Assert.Contains("is gone", Assert.Throws<DiskFailedException>(() => disk.Flush("a")).Message, StringComparison.Ordinal);
        Action[] changes = [() => disk.Write("a", 0, [2]), () => disk.Allocate("a", 9), () => disk.Truncate("a", 0), () => disk.Rename("a", "b"), () => disk.Delete("a")];
        foreach (var change in changes) Assert.Contains("is gone", Assert.Throws<DiskFailedException>(change).Message, StringComparison.Ordinal);
        Assert.Equal([1], File.ReadAllBytes(disk.PathOf("a")));
    }

    [Fact]
    public void A_lease_that_cannot_be_read_is_not_said_to_be_gone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reading a directory as a file is no failure of this kind elsewhere.");
        using var disk = FileDisk.Open(Data, DurabilityMode.Always);
        disk.Write("a", 0, [1]);
        File.Delete(Path.Combine(Data, "lease"));
        File.CreateSymbolicLink(Path.Combine(Data, "lease"), "lease"); // Too many links, in place of too many open files.
        var failure = Assert.Throws<DiskFailedException>(() => disk.Flush("a"));
        Assert.DoesNotContain("is gone", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Check the disk", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_lease_is_repaired_by_a_number_that_is_higher_than_any_before()
    {
        FileDisk.Open(Data, DurabilityMode.Always).Dispose();
        for (var offset = 0; offset < 24; offset++)
        {
            var lease = Path.Combine(Data, "lease");
            var bytes = File.ReadAllBytes(lease);
            bytes[offset] ^= 0x40;
            File.WriteAllBytes(lease, bytes);
            using var disk = FileDisk.Open(Data, DurabilityMode.Always);
            Assert.True(disk.Epoch > 1_000_000_000);
        }
    }

    [Fact]
    public void No_room_is_told_from_a_disk_that_fails()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full here.");
        using var disk = FileDisk.Open(Data, DurabilityMode.Always);
        File.CreateSymbolicLink(Path.Combine(Data, "a"), "/dev/full");
        var full = Assert.Throws<DiskFullException>(() => disk.Write("a", 0, [1]));
        Assert.Contains(Path.Combine(Data, "a"), full.Message, StringComparison.Ordinal);
        var failed = Assert.Throws<DiskFailedException>(() => disk.Flush("a")); // No device for characters can be flushed.
        Assert.Contains("Check the disk", failed.Message, StringComparison.Ordinal);
    }

    // The bytes may be gone when a flush fails, and the next one of the same file may say that all is well.
    [Fact]
    public void A_flush_that_finds_no_room_is_a_disk_that_failed()
    {
        const int NoSpaceError = 28;
        using var disk = FileDisk.Open(Data, DurabilityMode.Always);
        disk.FlushData = _ => throw new IOException("No space left on device", NoSpaceError);
        disk.Write("a", 0, [1]);
        Assert.Contains("Check the disk", Assert.Throws<DiskFailedException>(() => disk.Flush("a")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_log_runs_on_it()
    {
        using (var disk = FileDisk.Open(Data, DurabilityMode.Always))
        using (var log = WriteAheadLog.Open(disk, out var none))
        {
            Assert.Empty(none);
            log.Append([1]);
            log.BeginSegment(8, [[2], [3]]);
            log.Append([4]);
            log.Flush();
            Assert.True(log.TryDropOlder(8));
        }

        using var again = FileDisk.Open(Data, DurabilityMode.Always);
        using var reopened = WriteAheadLog.Open(again, out var records);
        Assert.Equal([[2], [3], [4]], records.Select(record => record.ToArray()));
        Assert.Equal(["wal-00000002"], again.Files);
        Assert.Equal(8UL, reopened.Basis);
    }

    public void Dispose() => _directory.Dispose();
}
