using System.Buffers.Binary;

namespace KvStore.Storage.Tests;

public sealed class WriteAheadLogTests
{
    [Fact]
    public void Records_come_back_in_order_and_empty_ones_too()
    {
        using var disk = new MemoryDisk();
        byte[][] written = [[1, 2, 3], [], [4], new byte[100_000]];
        using (var log = WriteAheadLog.Open(disk, out var none))
        {
            Assert.Empty(none);
            foreach (var record in written) log.Append(record);
            log.Flush();
            Assert.Equal(disk.LiveBytes, log.SizeBytes);
        }

        using var again = WriteAheadLog.Open(disk, out var records);
        Assert.Equal(written, records.Select(record => record.ToArray()));
        Assert.Equal(disk.LiveBytes, again.SizeBytes);
    }

    [Fact]
    public void One_flush_serves_everything_that_waits_and_none_is_made_when_nothing_does()
    {
        using var disk = new MemoryDisk();
        using var log = WriteAheadLog.Open(disk, out _);
        var before = disk.Flushes;
        for (var i = 0; i < 100; i++) log.Append([1]);
        log.Flush();
        log.Flush();
        Assert.Equal(before + 1, disk.Flushes);
    }

    [Fact]
    public void A_process_that_ends_without_a_power_cut_loses_nothing_and_the_next_one_makes_it_durable()
    {
        using var disk = new MemoryDisk();
        using (var log = WriteAheadLog.Open(disk, out _)) log.Append([7]);
        using (WriteAheadLog.Open(disk, out var first)) Assert.Single(first);
        disk.Crash();
        using var last = WriteAheadLog.Open(disk, out var records);
        Assert.Equal([7], Assert.Single(records).ToArray());
    }

    [Fact]
    public void Compacting_keeps_the_live_records_and_frees_the_rest()
    {
        using var disk = new MemoryDisk();
        using (var log = WriteAheadLog.Open(disk, out _))
        {
            for (var i = 0; i < 1000; i++) log.Append(new byte[100]);
            log.Compact([[1], [2]]);
            log.Append([3]);
            log.Flush();
            Assert.True(log.SizeBytes < 200);
            Assert.Equal(disk.LiveBytes, log.SizeBytes);
        }

        using var again = WriteAheadLog.Open(disk, out var records);
        Assert.Equal([[1], [2], [3]], records.Select(record => record.ToArray()));
        Assert.Equal(["wal-00000002"], disk.Files);
    }

    [Fact]
    public void Other_files_on_the_disk_are_left_alone()
    {
        using var disk = new MemoryDisk();
        disk.Append("snapshot-1", [1]);
        disk.Append("wal-notes", [1]);
        using (var log = WriteAheadLog.Open(disk, out _)) log.Compact([]);
        using (WriteAheadLog.Open(disk, out _)) Assert.Equal(["snapshot-1", "wal-00000002", "wal-notes"], disk.Files);
    }

    [Fact]
    public void A_record_over_the_limit_is_refused()
    {
        using var disk = new MemoryDisk();
        using var log = WriteAheadLog.Open(disk, out _);
        var size = log.SizeBytes;
        var huge = new byte[WriteAheadLog.RecordBytesMax + 1];
        Assert.Throws<ArgumentOutOfRangeException>(() => log.Append(huge));
        Assert.Throws<ArgumentOutOfRangeException>(() => log.Compact([huge]));
        Assert.Equal(size, log.SizeBytes);
    }

    [Fact]
    public void A_client_cannot_make_a_torn_tail_look_like_damage()
    {
        // The payload is full of record headers with the right numbers, but without the segment's secret salt.
        using var disk = new MemoryDisk();
        using (var log = WriteAheadLog.Open(disk, out _))
        {
            log.Append([1]);
            log.Flush();
            var forged = new byte[RecordHeader.Length * 50];
            for (var i = 0; i < 50; i++)
            {
                new RecordHeader(0, (ulong)i, Crc32C.Finish(Crc32C.Start)).Write(Crc32C.Start, forged.AsSpan(i * RecordHeader.Length));
            }

            log.Append(forged);
        }

        disk.Crash(unflushed => unflushed - 1);
        using var again = WriteAheadLog.Open(disk, out var records);
        Assert.Equal([1], Assert.Single(records).ToArray());
    }

    [Fact]
    public void The_checksum_is_the_CRC_32C_of_RFC_3720_appendix_B_4()
    {
        var zeros = Crc32C.Finish(Crc32C.Append(Crc32C.Start, new byte[32]));
        var ascending = Crc32C.Finish(Crc32C.Append(Crc32C.Start, Enumerable.Range(0, 32).Select(i => (byte)i).ToArray()));
        Span<byte> wire = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(wire, zeros);
        Assert.Equal("aa36918a", Convert.ToHexStringLower(wire));
        BinaryPrimitives.WriteUInt32LittleEndian(wire, ascending);
        Assert.Equal("4e79dd46", Convert.ToHexStringLower(wire));
    }
}
