namespace KvStore.Storage.Tests;

public sealed class MemoryDiskTests
{
    [Fact]
    public void What_was_flushed_survives_a_crash_and_what_was_not_does_not()
    {
        using var disk = new MemoryDisk();
        disk.Append("a", "durable"u8);
        disk.Flush("a");
        disk.Append("a", " lost"u8);
        disk.Append("never-flushed", "lost"u8);

        disk.Crash();

        Assert.Equal(["a"], disk.Files);
        Assert.Equal("durable"u8.ToArray(), disk.Read("a").ToArray());
    }

    [Fact]
    public void A_crash_keeps_the_prefix_that_it_is_told_to()
    {
        using var disk = new MemoryDisk();
        disk.Append("a", "12"u8);
        disk.Flush("a");
        disk.Append("a", "3456"u8);
        disk.Append("b", "xyz"u8);
        var asked = new List<int>();

        disk.Crash(unflushed =>
        {
            asked.Add(unflushed);
            return unflushed - 2;
        });

        Assert.Equal([4, 3], asked);
        Assert.Equal("1234"u8.ToArray(), disk.Read("a").ToArray());
        Assert.Equal("x"u8.ToArray(), disk.Read("b").ToArray());
    }

    [Fact]
    public void What_a_crash_left_is_durable_and_the_lease_has_ended()
    {
        using var disk = new MemoryDisk();
        disk.Append("a", "1234"u8);
        var epoch = disk.Epoch;
        disk.Crash(_ => 2);
        disk.Crash();
        Assert.Equal("12"u8.ToArray(), disk.Read("a").ToArray());
        Assert.Equal(epoch + 2, disk.Epoch);
    }

    [Fact]
    public void Deleting_and_truncating_are_durable_when_they_return()
    {
        using var disk = new MemoryDisk();
        disk.Append("a", "1234"u8);
        disk.Append("b", "1234"u8);
        disk.Flush("a");
        disk.Delete("a");
        disk.Truncate("b", 3);
        disk.Crash();
        Assert.Equal(["b"], disk.Files);
        Assert.Equal("123"u8.ToArray(), disk.Read("b").ToArray());
    }

    [Fact]
    public void A_flush_counts_only_when_something_waited()
    {
        using var disk = new MemoryDisk();
        disk.Append("a", "1234"u8);
        disk.Flush("a");
        disk.Flush("a");
        disk.Append("a", "5"u8);
        disk.Flush("a");
        Assert.Equal(2, disk.Flushes);
        Assert.Equal(5, disk.BytesWritten);
        disk.Truncate("a", 1);
        Assert.Equal(1, disk.LiveBytes);
        disk.Wipe();
        Assert.Equal(0, disk.LiveBytes);
        Assert.Empty(disk.Files);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(513)]
    [InlineData(3_000_000)]
    public void Bytes_come_back_across_the_pieces_of_a_file_also_after_cuts(int step)
    {
        using var disk = new MemoryDisk();
        var random = new Random(step);
        var expected = new List<byte>();
        for (var round = 0; round < 6; round++)
        {
            var bytes = new byte[step];
            random.NextBytes(bytes);
            disk.Append("a", bytes);
            expected.AddRange(bytes);
            var length = random.Next(expected.Count + 1);
            disk.Truncate("a", length);
            expected.RemoveRange(length, expected.Count - length);
            Assert.True(disk.Read("a").Span.SequenceEqual(expected.ToArray()));
        }
    }

    [Fact]
    public void A_name_that_is_not_there_is_an_error()
    {
        using var disk = new MemoryDisk();
        Assert.Throws<FileNotFoundException>(() => disk.Read("a"));
        Assert.Throws<FileNotFoundException>(() => disk.Flush("a"));
        Assert.Throws<FileNotFoundException>(() => disk.Truncate("a", 0));
        Assert.Throws<FileNotFoundException>(() => disk.Delete("a"));
    }
}
