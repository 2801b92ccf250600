namespace KvStore.Storage.Tests;

public sealed class LedgerFilesTests
{
    private const long SmallFiles = 400;

    [Fact]
    public void Entries_are_read_by_their_positions_flushed_or_not_and_after_a_restart()
    {
        using var disk = new MemoryDisk();
        var ledger = LedgerFiles.Open(disk, 0, SmallFiles);
        Assert.True(ledger.IsEmpty);
        for (ulong position = 1; position <= 30; position++)
        {
            ledger.Add(position, Entry(position));
            if (position % 4 == 0) ledger.Flush();
        }

        AssertHolds(ledger, 1, 30);
        Assert.Null(ledger.Read(0));
        Assert.Null(ledger.Read(31));
        ledger.Flush();
        Assert.True(disk.Files.Count > 4);
        disk.Crash();
        AssertHolds(LedgerFiles.Open(disk, 30, SmallFiles), 1, 30);
    }

    [Fact]
    public void What_was_not_flushed_comes_again_from_its_writer()
    {
        for (var pattern = 0; pattern < 50; pattern++)
        {
            using var disk = new MemoryDisk();
            var ledger = LedgerFiles.Open(disk, 0, SmallFiles);
            for (ulong position = 1; position <= 9; position++) ledger.Add(position, Entry(position));
            ledger.Flush();
            for (ulong position = 10; position <= 14; position++) ledger.Add(position, Entry(position));
            Assert.NotNull(ledger.Read(14)); // Writes what waits, and flushes nothing.
            var random = new Random(pattern);
            disk.Crash(() => random.Next(2) == 0, changes => random.Next(changes + 1));

            ledger = LedgerFiles.Open(disk, 9, SmallFiles);
            Assert.InRange(ledger.Next, 10UL, 15UL);
            while (ledger.Next <= 20) ledger.Add(ledger.Next, Entry(ledger.Next));
            ledger.Flush();
            disk.Crash();
            AssertHolds(LedgerFiles.Open(disk, 20, SmallFiles), 1, 20);
        }
    }

    [Fact]
    public void Behind_a_gap_it_begins_anew_and_says_nothing_of_the_gap()
    {
        using var disk = new MemoryDisk();
        var ledger = LedgerFiles.Open(disk, 0);
        ledger.Add(1, Entry(1));
        ledger.Flush();
        ledger.BeginAt(50);
        ledger.Flush();
        disk.Crash();
        ledger = LedgerFiles.Open(disk, 49);
        ledger.Add(50, Entry(50));
        AssertHolds(ledger, 1, 1);
        AssertHolds(ledger, 50, 50);
        Assert.Null(ledger.Read(2));
        Assert.Null(ledger.Read(49));
    }

    [Fact]
    public void What_takes_the_place_of_entries_is_what_is_read_from_then_on()
    {
        using var disk = Written();
        var ledger = LedgerFiles.Open(disk, 30, SmallFiles);
        ledger.BeginAt(13);
        for (ulong position = 13; position <= 30; position++) ledger.Add(position, Entry(position + 1));
        ledger.Flush();
        disk.Crash();
        ledger = LedgerFiles.Open(disk, 30, SmallFiles);
        AssertHolds(ledger, 1, 12);
        for (ulong position = 13; position <= 30; position++) Assert.Equal(Entry(position + 1), ledger.Read(position));
    }

    [Fact]
    public void A_flipped_byte_never_gives_another_entry_and_one_in_the_index_is_repaired()
    {
        using var whole = Written();
        foreach (var file in whole.Files)
        {
            for (var offset = 0; offset < whole.LengthOf(file); offset++)
            {
                using var disk = Written();
                disk.Rot(file, offset, 0x04);
                if (file.EndsWith(".idx", StringComparison.Ordinal))
                {
                    AssertHolds(LedgerFiles.Open(disk, 30, SmallFiles), 1, 30);
                    continue;
                }

                var damage = Assert.Throws<LedgerDamagedException>(() => AssertHolds(LedgerFiles.Open(disk, 30, SmallFiles), 1, 30));
                Assert.Equal(file, damage.File);
                Assert.Contains("aside", damage.Message, StringComparison.Ordinal);
            }
        }
    }

    private static MemoryDisk Written()
    {
        var disk = new MemoryDisk();
        var ledger = LedgerFiles.Open(disk, 0, SmallFiles);
        for (ulong position = 1; position <= 30; position++)
        {
            ledger.Add(position, Entry(position));
            if (position % 5 == 0) ledger.Flush();
        }

        ledger.Flush();
        return disk;
    }

    private static void AssertHolds(LedgerFiles ledger, ulong first, ulong last)
    {
        for (var position = first; position <= last; position++) Assert.Equal(Entry(position), ledger.Read(position));
    }

    private static byte[] Entry(ulong position) => [.. Enumerable.Repeat((byte)position, (int)position + 3)];
}
