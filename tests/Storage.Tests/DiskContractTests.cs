using System.Text;

namespace KvStore.Storage.Tests;

/// <summary>What every disk promises a process, whatever it is made of.</summary>
public abstract class DiskContractTests
{
    /// <summary>A new, empty disk.</summary>
    internal abstract IDisk Create();

    /// <summary>The same disk, held by the next process.</summary>
    internal abstract IDisk Reopen(IDisk disk);

    [Fact]
    public void What_was_written_is_read_at_its_place()
    {
        using var disk = Create();
        disk.Write("a", 0, "hello"u8);
        disk.Write("a", 3, "p me"u8);
        Assert.Equal("help me", Text(disk, "a"));
        Assert.Equal(7, disk.LengthOf("a"));
        var part = new byte[4];
        Assert.Equal(2, disk.Read("a", 5, part));
        Assert.Equal("me"u8.ToArray(), part[..2]);
        Assert.Equal(0, disk.Read("a", 7, part));
        Assert.Equal(0, disk.Read("a", 100, part));
    }

    [Fact]
    public void What_lies_between_the_end_and_a_write_is_zeros()
    {
        using var disk = Create();
        disk.Write("a", 1000, [7]);
        Assert.Equal([.. new byte[1000], 7], disk.ReadAll("a"));
    }

    [Fact]
    public void Room_is_zeros_and_takes_nothing_away()
    {
        using var disk = Create();
        disk.Write("a", 0, [1, 2, 3]);
        disk.Allocate("a", 600_000);
        disk.Allocate("a", 10);
        Assert.Equal(600_000, disk.LengthOf("a"));
        Assert.Equal([1, 2, 3, 0], disk.ReadAll("a")[..4]);
        Assert.DoesNotContain(disk.ReadAll("a")[3..], value => value != 0);
        disk.Allocate("empty", 0);
        Assert.Equal(["a", "empty"], disk.Files);
    }

    [Fact]
    public void A_file_that_was_cut_grows_with_zeros()
    {
        using var disk = Create();
        disk.Write("a", 0, Enumerable.Repeat((byte)9, 2000).ToArray());
        disk.Truncate("a", 700);
        disk.Allocate("a", 2000);
        Assert.Equal([.. Enumerable.Repeat((byte)9, 700), .. new byte[1300]], disk.ReadAll("a"));
        Assert.Throws<ArgumentOutOfRangeException>(() => disk.Truncate("a", 2001));
    }

    [Fact]
    public void A_renamed_file_takes_the_place_of_another()
    {
        using var disk = Create();
        disk.Write("old", 0, "old"u8);
        disk.Write("new", 0, "new"u8);
        disk.Flush("new");
        disk.Rename("new", "old");
        disk.FlushNames();
        Assert.Equal(["old"], disk.Files);
        Assert.Equal("new", Text(disk, "old"));
        disk.Write("old", 3, "er"u8);
        Assert.Equal("newer", Text(disk, "old"));
    }

    [Fact]
    public void Files_are_listed_in_ordinal_order_and_deleted_ones_are_gone()
    {
        using var disk = Create();
        foreach (var name in new[] { "b", "B", "a", "c" }) disk.Write(name, 0, [1]);
        disk.Delete("c");
        Assert.Equal(["B", "a", "b"], disk.Files);
        disk.DeleteEndingIn("b");
        Assert.Equal(["B", "a"], disk.Files);
    }

    [Fact]
    public void A_name_that_is_not_there_is_an_error()
    {
        using var disk = Create();
        Assert.Throws<FileNotFoundException>(() => disk.ReadAll("a"));
        Assert.Throws<FileNotFoundException>(() => disk.LengthOf("a"));
        Assert.Throws<FileNotFoundException>(() => disk.Flush("a"));
        Assert.Throws<FileNotFoundException>(() => disk.Rename("a", "b"));
        Assert.Throws<FileNotFoundException>(() => disk.Truncate("a", 0));
        Assert.Throws<FileNotFoundException>(() => disk.Delete("a"));
        Assert.Empty(disk.Files);
    }

    [Fact]
    public void The_next_process_finds_everything_and_has_a_later_lease()
    {
        var disk = Create();
        disk.Write("a", 0, "kept"u8);
        var epoch = disk.Epoch;
        using var next = Reopen(disk);
        Assert.Equal("kept", Text(next, "a"));
        Assert.True(next.Epoch > epoch);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(513)]
    [InlineData(70_000)]
    public void Bytes_come_back_wherever_they_were_written(int step)
    {
        using var disk = Create();
        var random = new Random(step);
        var expected = new byte[8 * step];
        var end = 0;
        for (var round = 0; round < 30; round++)
        {
            var bytes = new byte[random.Next(1, step + 1)];
            random.NextBytes(bytes);
            var offset = random.Next(expected.Length - bytes.Length);
            disk.Write("a", offset, bytes);
            bytes.CopyTo(expected, offset);
            end = Math.Max(end, offset + bytes.Length);
            if (round % 7 == 6)
            {
                end = random.Next(end + 1);
                disk.Truncate("a", end);
                expected.AsSpan(end).Clear();
            }

            Assert.True(disk.ReadAll("a").AsSpan().SequenceEqual(expected.AsSpan(0, end)));
        }
    }

    private static string Text(IDisk disk, string file) => Encoding.UTF8.GetString(disk.ReadAll(file));
}

public sealed class MemoryDiskContractTests : DiskContractTests
{
    internal override IDisk Create() => new MemoryDisk();

    internal override IDisk Reopen(IDisk disk)
    {
        ((MemoryDisk)disk).Crash(() => true, changes => changes);
        return disk;
    }
}

public sealed class FileDiskContractTests : DiskContractTests, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    internal override IDisk Create() => FileDisk.Open(_directory.Path, DurabilityMode.Always);

    internal override IDisk Reopen(IDisk disk)
    {
        disk.Dispose();
        return Create();
    }

    public void Dispose() => _directory.Dispose();
}
