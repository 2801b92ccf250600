using KvStore.Storage.Tables;

namespace KvStore.Storage.Tests;

/// <summary>Requests without an answer, power cuts at every request, and rows that are lost or changed.</summary>
public sealed class TableFailureTests
{
    private static readonly LogStep[] Story =
    [
        new LogStep.Append([1, 1, 1]), new LogStep.Flush(), new LogStep.Append([2]), new LogStep.Append([]), new LogStep.Append(Long(3)),
        new LogStep.Flush(), new LogStep.Append([4]), new LogStep.Begin([[3, 3], Long(9)]), new LogStep.Append([5, 5]), new LogStep.Flush(),
        new LogStep.Append(Long(6)), new LogStep.Append(Long(7)), new LogStep.Drop(), new LogStep.Append([8]), new LogStep.Begin([]), new LogStep.Flush(),
        new LogStep.Append([9]), new LogStep.Flush(), new LogStep.Begin([[10]]), new LogStep.Drop(), new LogStep.Append(Long(11)), new LogStep.Flush(),
    ];

    [Theory]
    [InlineData(nameof(Fate.PowerCut))]
    [InlineData(nameof(Fate.DoneAndPowerCut))]
    [InlineData(nameof(Fate.LateAndPowerCut))]
    public void A_power_cut_at_every_request_loses_nothing_that_was_flushed(string how)
    {
        for (var cutAt = 0; ; cutAt++)
        {
            var cloud = new FakeCloud();
            var requestsLeft = cutAt + 1;
            using var disk = cloud.Open(_ => requestsLeft-- == 0 ? Enum.Parse<Fate>(how) : Fate.Done);
            var script = new LogScript();
            var isCut = script.Run(disk, Story);
            requestsLeft = int.MaxValue;
            using var next = cloud.Open();
            cloud.DeliverLate();
            using (var log = WriteAheadLog.Open(next, out var found)) script.AcceptAfterCrash(log, found);
            Assert.False(script.Run(next, [new LogStep.Append([42]), new LogStep.Flush()]));
            using var last = cloud.Open();
            Assert.False(script.Run(last, []));
            if (isCut) continue;
            Assert.InRange(cutAt, 15, 60);
            return;
        }
    }

    [Fact]
    public void A_record_of_several_requests_that_a_power_cut_interrupts_is_a_torn_tail_and_not_damage()
    {
        const int bytes = 8_000_000;
        for (var cutAt = 0; ; cutAt++)
        {
            var cloud = new FakeCloud();
            var requestsLeft = int.MaxValue;
            using var disk = cloud.Open(_ => requestsLeft-- == 0 ? Fate.PowerCut : Fate.Done);
            using var log = WriteAheadLog.Open(disk, out _);
            log.Append([1]);
            log.Flush();
            log.Append(new byte[bytes]);
            requestsLeft = cutAt;
            var isCut = false;
            try
            {
                log.Flush();
            }
            catch (PowerCutException)
            {
                isCut = true;
            }

            requestsLeft = int.MaxValue;
            using var next = cloud.Open();
            using var again = WriteAheadLog.Open(next, out var found);
            Assert.Equal(isCut ? [1] : [1, bytes], found.Select(record => record.Length));
            if (isCut) continue;
            Assert.InRange(cutAt, 3, 6);
            return;
        }
    }

    [Theory]
    [InlineData(nameof(Fate.Busy))]
    [InlineData(nameof(Fate.AnswerLost))]
    [InlineData(nameof(Fate.Late))]
    public void A_request_without_an_answer_is_sent_again_and_done_once(string how)
    {
        var cloud = new FakeCloud();
        var random = new Random(5);
        using var disk = cloud.Open(_ => random.Next(3) == 0 ? Enum.Parse<Fate>(how) : Fate.Done);
        var (log, ledger) = (new List<byte>(), new List<byte>());
        for (var i = 0; i < 200; i++)
        {
            Append(disk, "wal-1", log, random);
            Append(disk, "ledger-1", ledger, random);
            if (random.Next(10) == 0) cloud.DeliverLate();
            if (i == 0) disk.FlushNames();
        }

        cloud.DeliverLate();
        using var next = cloud.Open();
        Assert.Equal(log, next.ReadAll("wal-1"));
        Assert.Equal(ledger, next.ReadAll("ledger-1"));
    }

    [Fact]
    public void Who_gets_no_answer_at_all_stops_and_says_nothing_more()
    {
        foreach (var unsettled in new[] { Fate.Busy, Fate.Late })
        {
            var cloud = new FakeCloud();
            var fate = Fate.Done;
            using var disk = cloud.Open(_ => fate);
            disk.Write("wal-1", 0, [1]);
            disk.Flush("wal-1");
            disk.FlushNames();
            disk.Write("wal-1", 1, [2]);
            fate = unsettled;
            var before = cloud.Writes;
            Assert.Throws<DiskFailedException>(() => disk.Flush("wal-1"));
            Assert.Equal(before + new TableDiskOptions().TriesMax, cloud.Writes);
            fate = Fate.Done;
            Assert.Throws<DiskFailedException>(() => disk.Flush("wal-1"));
            Assert.Throws<DiskFailedException>(() => disk.Write("wal-1", 2, [3]));
        }
    }

    [Fact]
    public void A_row_that_is_lost_is_not_taken_for_one_that_was_never_written()
    {
        var cloud = new FakeCloud();
        using (var disk = cloud.Open())
        {
            for (var i = 0; i < 3; i++)
            {
                disk.Write("wal-1", i, [1]);
                disk.Flush("wal-1");
            }

            disk.FlushNames();
        }

        cloud.Table.Lose(cloud.Table.Keys.Last(key => key.StartsWith("data-", StringComparison.Ordinal)));
        Assert.Contains("2 data rows, and the last commit left 3", Assert.Throws<TableDamagedException>(() => cloud.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_that_changed_is_found_when_it_is_read()
    {
        for (var at = 0; at < 100; at++)
        {
            var cloud = new FakeCloud();
            using var disk = cloud.Open();
            disk.Write("wal-1", 0, new byte[100]);
            disk.Flush("wal-1");
            cloud.Table.Rot(cloud.Table.Keys.Single(key => key.StartsWith("data-", StringComparison.Ordinal)), "Bytes0", at);
            Assert.Throws<TableDamagedException>(() => disk.ReadAll("wal-1"));
        }
    }

    [Fact]
    public void A_ledger_is_flushed_by_one_thread_while_others_add_to_it_and_read_it()
    {
        var cloud = new FakeCloud();
        using var disk = cloud.Open();
        var ledger = LedgerFiles.Open(disk, 0, fileBytesMax: 20_000);
        const ulong entries = 3000;
        ulong added = 0;
        Parallel.Invoke(
            () =>
            {
                for (ulong position = 1; position <= entries; position++)
                {
                    ledger.Add(position, BitConverter.GetBytes(position));
                    Volatile.Write(ref added, position);
                }
            },
            () =>
            {
                while (Volatile.Read(ref added) < entries) ledger.Flush();
            },
            () =>
            {
                for (ulong position; (position = Volatile.Read(ref added)) < entries;)
                {
                    if (position > 0) Assert.Equal(BitConverter.GetBytes(position), ledger.Read(position));
                }
            });
        ledger.Flush();
        using var next = cloud.Open();
        var again = LedgerFiles.Open(next, entries, fileBytesMax: 20_000);
        for (ulong position = 1; position <= entries; position++) Assert.Equal(BitConverter.GetBytes(position), again.Read(position));
    }

    [Fact]
    public void A_blob_that_is_gone_is_damage()
    {
        var cloud = new FakeCloud();
        using (var disk = cloud.Open())
        {
            disk.Write("snap-1", 0, [1]);
            disk.Flush("snap-1");
            disk.FlushNames();
        }

        cloud.Blobs.Delete(cloud.Blobs.List().Single());
        Assert.Throws<TableDamagedException>(() => cloud.Open());
    }

    [Fact]
    public void A_lease_row_that_is_gone_stops_the_holder()
    {
        var cloud = new FakeCloud();
        using var disk = cloud.Open();
        disk.Write("wal-1", 0, [1]);
        cloud.Table.Lose("lease");
        Assert.Contains("is gone", Assert.Throws<DiskFailedException>(() => disk.Flush("wal-1")).Message, StringComparison.Ordinal);
    }

    private static void Append(TableDisk disk, string file, List<byte> expected, Random random)
    {
        var bytes = new byte[random.Next(1, 300)];
        random.NextBytes(bytes);
        disk.Write(file, expected.Count, bytes);
        disk.Flush(file);
        expected.AddRange(bytes);
    }

    private static byte[] Long(byte value) => [.. Enumerable.Repeat(value, 1200)];
}
