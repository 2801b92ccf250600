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
        disk.Flush("a");
        disk.FlushNames();
        var epoch = disk.Epoch;
        using var next = Reopen(disk);
        Assert.Equal("kept", Text(next, "a"));
        Assert.True(next.Epoch > epoch);
    }

    [Fact]
    public void Names_and_bytes_that_were_flushed_are_there_for_the_next_process()
    {
        var disk = Create();
        foreach (var name in new[] { "wal-1", "wal-2", "wal-3", "snap-1", "snap-2" }) disk.Write(name, 0, Encoding.UTF8.GetBytes(name));
        disk.Allocate("wal-1", 5000);
        disk.Allocate("snap-1", 5000);
        foreach (var name in disk.Files) disk.Flush(name);
        disk.Rename("wal-2", "wal-3");
        disk.Delete("snap-2");
        disk.FlushNames();
        disk.Write("wal-3", 3, "more"u8);
        disk.Write("snap-1", 4999, "end"u8);
        disk.Flush("wal-3");
        disk.Flush("snap-1");
        disk.Truncate("wal-1", 4);
        disk.Allocate("wal-1", 9);
        disk.Flush("wal-1");

        using var next = Reopen(disk);
        Assert.Equal(["snap-1", "wal-1", "wal-3"], next.Files);
        Assert.Equal([.. "wal-"u8, .. new byte[5]], next.ReadAll("wal-1"));
        Assert.Equal("walmore", Text(next, "wal-3"));
        Assert.Equal([.. "snap-1"u8, .. new byte[4993], .. "end"u8], next.ReadAll("snap-1"));
        next.Write("wal-3", 0, "new "u8);
        Assert.Equal("new ore", Text(next, "wal-3"));
    }

    [Fact]
    public void A_log_a_snapshot_and_a_ledger_that_were_flushed_are_there_for_the_next_process()
    {
        var disk = Create();
        byte[][] records = [[1], new byte[200_000], [], [2, 2]];
        using (var log = WriteAheadLog.Open(disk, out _))
        {
            log.Append([9]);
            log.BeginSegment(8, [records[0]]);
            foreach (var record in records[1..])
            {
                log.Append(record);
                log.Flush();
            }
        }

        var snapshot = SnapshotWriter.Begin(disk, 8, [7]);
        snapshot.Add(new byte[300_000]);
        snapshot.Add([3]);
        snapshot.Complete();
        var ledger = LedgerFiles.Open(disk, 0, fileBytesMax: 300);
        for (ulong position = 1; position <= 40; position++)
        {
            ledger.Add(position, [.. Enumerable.Repeat((byte)position, 20)]);
            if (position % 3 == 0) ledger.Flush();
        }

        ledger.Flush();

        using var next = Reopen(disk);
        using var again = WriteAheadLog.Open(next, out var found);
        Assert.Equal(records, found.Select(record => record.ToArray()));
        Assert.Equal([9], Assert.Single(Assert.Single(again.ReadOlder(0)).Records).ToArray());
        Assert.Equal([300_000, 1], SnapshotFiles.ReadChunks(next, 8).Select(chunk => chunk.Content.Length));
        var entries = LedgerFiles.Open(next, 40, fileBytesMax: 300);
        for (ulong position = 1; position <= 40; position++) Assert.Equal(Enumerable.Repeat((byte)position, 20), entries.Read(position)!);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(513)]
    [InlineData(70_000)]
    public void Bytes_come_back_wherever_they_were_written(int step)
    {
        foreach (var file in new[] { "a", "wal-a" }) WriteAtRandom(file, step);
    }

    private void WriteAtRandom(string file, int step)
    {
        var disk = Create();
        var random = new Random(step);
        var expected = new byte[8 * step];
        var end = 0;
        for (var round = 0; round < 30; round++)
        {
            var bytes = new byte[random.Next(1, step + 1)];
            random.NextBytes(bytes);
            var offset = random.Next(expected.Length - bytes.Length);
            disk.Write(file, offset, bytes);
            bytes.CopyTo(expected, offset);
            end = Math.Max(end, offset + bytes.Length);
            if (round % 7 == 6)
            {
                end = random.Next(end + 1);
                disk.Truncate(file, end);
                expected.AsSpan(end).Clear();
            }

            if (round % 3 == 2) disk.Flush(file);
            if (round % 10 == 9)
            {
                disk.Flush(file);
                disk.FlushNames();
                disk = Reopen(disk);
            }

            Assert.True(disk.ReadAll(file).AsSpan().SequenceEqual(expected.AsSpan(0, end)));
        }

        disk.Dispose();
    }

    private static string Text(IDisk disk, string file) => Encoding.UTF8.GetString(disk.ReadAll(file));
}
