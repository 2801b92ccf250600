namespace KvStore.Storage.Tests;

/// <summary>What a flush costs, how much it may be, and what becomes of what is not needed any more.</summary>
public sealed class TableLimitTests
{
    private readonly FakeCloud _cloud = new();

    [Fact]
    public void All_that_waits_in_the_log_is_one_transaction()
    {
        using var disk = _cloud.Open();
        using var log = WriteAheadLog.Open(disk, out _);
        var before = _cloud.Table.Transactions.Count;
        for (var i = 0; i < 100; i++) log.Append(new byte[500]);
        log.Flush();
        log.Flush();
        Assert.Equal([2], _cloud.Table.Transactions.Skip(before));
    }

    [Theory]
    [InlineData(64 * 1024)]
    [InlineData(512 * 1024)]
    [InlineData(1024 * 1024)]
    [InlineData(2_600_000)]
    [InlineData(6_000_000)]
    public void What_is_longer_than_a_property_a_row_or_a_request_is_split(int length)
    {
        foreach (var extra in new[] { -1, 0, 1 })
        {
            var cloud = new FakeCloud();
            using var disk = cloud.Open();
            var bytes = new byte[length + extra];
            new Random(length).NextBytes(bytes);
            disk.Write("wal-1", 0, [1]);
            disk.Flush("wal-1");
            disk.Write("wal-1", 1, bytes);
            disk.Flush("wal-1");
            disk.FlushNames();
            using var next = cloud.Open();
            Assert.True(next.ReadAll("wal-1").AsSpan(1).SequenceEqual(bytes));
        }
    }

    [Fact]
    public void Where_a_long_flush_is_interrupted_every_sector_is_as_it_was_or_as_it_is_now()
    {
        for (var cutAt = 1; ; cutAt++)
        {
            var requests = 0;
            var cloud = new FakeCloud();
            var isCuttable = true;
            using var disk = cloud.Open(_ => ++requests == cutAt + 3 && isCuttable ? Fate.PowerCut : Fate.Done);
            disk.Write("wal-1", 0, new byte[300]);
            disk.Allocate("wal-1", 12_000_000);
            disk.Flush("wal-1");
            disk.FlushNames();
            disk.Write("wal-1", 300, [.. Enumerable.Repeat((byte)7, 10_000_000)]);
            var isCut = Cut(() => disk.Flush("wal-1"));
            isCuttable = false;
            using var next = cloud.Open();
            var bytes = next.ReadAll("wal-1");
            Assert.Equal(12_000_000, bytes.Length);
            var written = bytes.AsSpan(300).IndexOf((byte)0);
            if (!isCut)
            {
                Assert.Equal(10_000_000, written);
                Assert.True(cutAt > 3);
                return;
            }

            Assert.True(written == 0 || (300 + written) % IDisk.SectorBytes == 0);
            Assert.Equal(-1, bytes.AsSpan(300 + written).IndexOf((byte)7));
        }
    }

    [Fact]
    public void Many_places_in_one_flush_are_as_many_transactions_as_they_need()
    {
        using var disk = _cloud.Open();
        for (var i = 0; i < 250; i++) disk.Write("wal-1", i * 10, [(byte)i]);
        disk.Flush("wal-1");
        for (var i = 0; i < 250; i++) disk.Write("snap-1", i * 10, [(byte)i]);
        disk.Flush("snap-1");
        for (var i = 0; i < 250; i++) disk.Allocate($"ledger-{i:D3}", 1);
        disk.FlushNames();
        Assert.All(_cloud.Table.Transactions, count => Assert.InRange(count, 1, 100));
        using var next = _cloud.Open();
        for (var i = 0; i < 250; i++)
        {
            Assert.Equal((byte)i, next.ReadAll("wal-1")[i * 10]);
            Assert.Equal((byte)i, next.ReadAll("snap-1")[i * 10]);
        }

        Assert.Equal(252, next.Files.Count);
        next.Truncate("wal-1", 5);
        next.Truncate("snap-1", 5);
        using var last = _cloud.Open();
        Assert.Equal([0, 0, 0, 0, 0], [.. last.ReadAll("wal-1")[1..], last.ReadAll("snap-1")[0]]);
    }

    [Fact]
    public void A_file_that_only_grows_has_one_row_and_one_blob_for_each_holder()
    {
        for (var holder = 1; holder <= 3; holder++)
        {
            using var disk = _cloud.Open();
            for (var i = 0; i < 50; i++)
            {
                disk.Write("ledger-1", disk.Files.Count == 0 ? 0 : disk.LengthOf("ledger-1"), [1, 2, 3]);
                disk.Flush("ledger-1");
                disk.FlushNames();
            }

            Assert.Equal(holder, _cloud.Blobs.List().Count);
            Assert.Equal(holder, DataRows);
        }

        using var next = _cloud.Open();
        Assert.Equal(450, next.LengthOf("ledger-1"));
    }

    [Fact]
    public void Rows_and_blobs_of_what_was_dropped_go_with_later_commits()
    {
        using var disk = _cloud.Open();
        using var log = WriteAheadLog.Open(disk, out _);
        for (ulong basis = 8; basis < 400; basis += 8)
        {
            for (var i = 0; i < 20; i++)
            {
                log.Append(new byte[200]);
                log.Flush();
            }

            log.BeginSegment(basis, []);
            log.Flush();
            Assert.True(log.TryDropOlder(basis));
            var snapshot = SnapshotWriter.Begin(disk, basis, [1]);
            snapshot.Add(new byte[1000]);
            snapshot.Complete();
            SnapshotFiles.DropBefore(disk, basis);
        }

        Assert.InRange(DataRows, 2, 100);
        Assert.InRange(_cloud.Blobs.List().Count, 1, 2);
    }

    [Fact]
    public void What_nobody_named_is_gone_when_the_next_holder_has_worked_for_a_while()
    {
        using (var disk = _cloud.Open())
        {
            disk.Write("snap-1.snap-new", 0, new byte[1000]);
            disk.Flush("snap-1.snap-new");
            for (var i = 0; i < 100; i++)
            {
                disk.Write("wal-1", i, [1]);
                disk.Flush("wal-1");
            }
        }

        Assert.Equal(101, DataRows);
        using var next = _cloud.Open();
        Assert.Empty(next.Files);
        Assert.Empty(_cloud.Blobs.List());
        for (var i = 0; i < 4; i++)
        {
            next.Write("wal-2", i, [1]);
            next.Flush("wal-2");
        }

        Assert.Equal(4, DataRows);
    }

    private int DataRows => _cloud.Table.Keys.Count(key => key.StartsWith("data-", StringComparison.Ordinal));

    private static bool Cut(Action act)
    {
        try
        {
            act();
            return false;
        }
        catch (PowerCutException)
        {
            return true;
        }
    }
}
