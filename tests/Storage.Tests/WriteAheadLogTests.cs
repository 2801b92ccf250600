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
        }

        using var again = WriteAheadLog.Open(disk, out var records);
        Assert.Equal(written, records.Select(record => record.ToArray()));
        Assert.Equal(SegmentHeader.Length + written.Sum(record => RecordHeader.RecordLength(record.Length)), again.SizeBytes);
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
    public void A_flush_into_room_that_was_taken_makes_no_file_longer()
    {
        using var disk = new MemoryDisk();
        using var log = WriteAheadLog.Open(disk, out _, new WriteAheadLogOptions { AllocationBytes = 4096 });
        for (var i = 0; i < 30; i++)
        {
            log.Append(new byte[100]);
            log.Flush();
            Assert.Equal(4096, disk.LengthOf("wal-00000001"));
        }

        log.Append(new byte[1000]);
        log.Flush();
        Assert.Equal(8192, disk.LengthOf("wal-00000001"));
    }

    [Fact]
    public void What_was_not_flushed_is_nowhere()
    {
        using var disk = new MemoryDisk();
        using (var log = WriteAheadLog.Open(disk, out _)) log.Append([7]);
        using var again = WriteAheadLog.Open(disk, out var records);
        Assert.Empty(records);
    }

    [Fact]
    public void A_flush_that_finds_no_room_is_tried_again_and_nothing_is_lost_or_written_twice()
    {
        using var disk = new MemoryDisk();
        using (var log = WriteAheadLog.Open(disk, out _, new WriteAheadLogOptions { AllocationBytes = 1024 }))
        {
            log.Append([1]);
            log.Flush();
            disk.BytesMax = 1024;
            log.Append(new byte[2000]);
            log.BeginSegment(8, [[2]]);
            log.Append([3]);
            for (var i = 0; i < 3; i++) Assert.Throws<DiskFullException>(log.Flush);
            disk.BytesMax = 3200;
            Assert.Throws<DiskFullException>(log.Flush); // There is room for the rest of the old segment, and not for the new one.
            disk.BytesMax = long.MaxValue;
            log.Flush();
        }

        disk.Crash();
        using var again = WriteAheadLog.Open(disk, out var records);
        Assert.Equal([[2], [3]], records.Select(record => record.ToArray()));
        Assert.Equal([[1], new byte[2000]], Assert.Single(again.ReadOlder(0)).Records.Select(record => record.ToArray()));
    }

    [Fact]
    public void A_new_segment_keeps_the_live_records_and_the_older_ones_stay_until_they_are_dropped()
    {
        using var disk = new MemoryDisk();
        using (var log = WriteAheadLog.Open(disk, out _))
        {
            for (var i = 0; i < 1000; i++) log.Append(new byte[100]);
            log.BeginSegment(8, [[1], [2]]);
            log.Append([3]);
            log.BeginSegment(16, [[3]]);
            log.Append([4]);
            log.Flush();
            Assert.Equal([0, 8], log.ReadOlder(0).Select(segment => segment.Basis));
            Assert.True(log.TryDropOlder(8));
            Assert.Equal([8UL], log.ReadOlder(0).Select(segment => segment.Basis));
        }

        using var again = WriteAheadLog.Open(disk, out var records);
        Assert.Equal([[3], [4]], records.Select(record => record.ToArray()));
        Assert.Equal([[1], [2], [3]], Assert.Single(again.ReadOlder(8)).Records.Select(record => record.ToArray()));
        Assert.Empty(again.ReadOlder(9));
        Assert.True(again.TryDropOlder(8));
        Assert.Single(again.ReadOlder(8));
        Assert.True(again.TryDropOlder(16));
        Assert.Equal(["wal-00000003"], disk.Files);
    }

    [Fact]
    public void An_older_segment_that_is_missing_between_others_is_damage_for_who_needs_it()
    {
        using var disk = new MemoryDisk();
        using var log = WriteAheadLog.Open(disk, out _);
        for (ulong basis = 8; basis <= 24; basis += 8) log.BeginSegment(basis, []);
        log.Flush();
        disk.Delete("wal-00000003");
        Assert.Equal("wal-00000003", Assert.Throws<LogDamagedException>(() => log.ReadOlder(8).Count()).File);
    }

    [Fact]
    public void Other_files_on_the_disk_are_left_alone()
    {
        using var disk = new MemoryDisk();
        disk.Write("snapshot-1", 0, [1]);
        disk.Write("wal-notes", 0, [1]);
        using (var log = WriteAheadLog.Open(disk, out _))
        {
            log.BeginSegment(8, []);
            Assert.False(log.TryDropOlder(8));
            log.Flush();
            Assert.True(log.TryDropOlder(8));
        }

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
        Assert.Throws<ArgumentOutOfRangeException>(() => log.BeginSegment(8, [huge]));
        Assert.Equal(size, log.SizeBytes);
    }

    [Fact]
    public void A_client_cannot_make_a_torn_tail_look_like_damage()
    {
        // The payload is full of record headers that say what would be damage, but without the segment's secret salt.
        using var disk = new MemoryDisk();
        const int ChangesBeforeTheLastFlush = 8;
        using (var log = WriteAheadLog.Open(new CrashingDisk(disk, ChangesBeforeTheLastFlush), out _))
        {
            log.Append([1]);
            log.Flush();
            var forged = new byte[RecordHeader.RecordLengthMin * 51];
            for (var i = 0; i < 50; i++)
            {
                // Behind the record's own header, where records may begin.
                new RecordHeader(0, (ulong)i, 50, Crc32C.Finish(Crc32C.Start)).Write(Crc32C.Start, forged.AsSpan((i * RecordHeader.RecordLengthMin) + sizeof(uint)));
            }

            log.Append(forged);
            Assert.Throws<PowerCutException>(log.Flush);
        }

        var sector = 0;
        disk.Crash(() => sector++ > 0);
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
