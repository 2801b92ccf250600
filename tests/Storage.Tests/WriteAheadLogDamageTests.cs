using FsCheck;
using FsCheck.Fluent;

namespace KvStore.Storage.Tests;

/// <summary>Decay of flushed bytes is always found, and the file is left as it was found. No record ever comes back changed.</summary>
public sealed class WriteAheadLogDamageTests
{
    private const string FirstSegment = "wal-00000001";

    private static readonly byte[][] Records = [[1, 2, 3], [], new byte[1300], [13], [.. Enumerable.Range(0, 700).Select(i => (byte)(i / 3))], new byte[20]];

    private static int UsedLength => SegmentHeader.Length + Records.Sum(record => (int)RecordHeader.RecordLength(record.Length));

    [Fact]
    public void A_flipped_byte_is_damage_wherever_it_is()
    {
        for (var offset = 0; offset < UsedLength; offset++)
        {
            foreach (var mask in new byte[] { 0x01, 0x80, 0xFF })
            {
                using var disk = WrittenDisk(flushEach: offset % 2 == 0);
                disk.Rot(FirstSegment, offset, mask);
                var before = disk.ReadAll(FirstSegment);
                var damage = Assert.Throws<LogDamagedException>(() => WriteAheadLog.Open(disk, out _));
                Assert.Equal(FirstSegment, damage.File);
                Assert.InRange(offset, damage.Offset, damage.Offset + 1400);
                Assert.Contains("data directory aside", damage.Message, StringComparison.Ordinal);
                Assert.True(disk.ReadAll(FirstSegment).AsSpan().SequenceEqual(before));
            }
        }
    }

    // Clients may put zeros, and some records end in them: the end of one that lies alone in a sector must not look like a sector that a crash took.
    [Fact]
    public void A_flipped_bit_of_a_record_of_zeros_is_damage_wherever_sectors_part_it()
    {
        for (var length = 0; length < 2 * IDisk.SectorBytes; length++)
        {
            using var disk = new MemoryDisk();
            using (var log = WriteAheadLog.Open(disk, out _, new WriteAheadLogOptions { AllocationBytes = 4096 }))
            {
                log.Append(new byte[length]);
                log.Flush();
            }

            disk.Rot(FirstSegment, SegmentHeader.Length + (length / 2), 0x01);
            Assert.Throws<LogDamagedException>(() => WriteAheadLog.Open(disk, out _));
        }
    }

    [Fact]
    public void A_sector_that_became_zeros_is_damage_when_a_later_record_says_that_it_was_durable()
    {
        using var disk = WrittenDisk(flushEach: true);
        disk.Write(FirstSegment, 2 * IDisk.SectorBytes - 300, new byte[100]);
        Assert.Contains("says that it was durable", Assert.Throws<LogDamagedException>(() => WriteAheadLog.Open(disk, out _)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sector_that_a_crash_took_from_the_last_flush_is_a_torn_tail_although_later_ones_are_there()
    {
        using var disk = WrittenDisk(flushEach: false);
        disk.Write(FirstSegment, IDisk.SectorBytes, new byte[IDisk.SectorBytes]);
        using (WriteAheadLog.Open(disk, out var found)) Assert.Equal(Records.Take(2), found.Select(record => record.ToArray()));
        // What was behind the cut is gone for good, and does not come back behind what is written next.
        using (var log = WriteAheadLog.Open(disk, out _))
        {
            log.Append(Records[2]);
            log.Flush();
        }

        using var again = WriteAheadLog.Open(disk, out var records);
        Assert.Equal(Records.Take(3), records.Select(record => record.ToArray()));
    }

    [Fact]
    public void Any_damage_of_several_bytes_never_gives_a_changed_record()
    {
        var flips = (from offset in Gen.Choose(0, UsedLength - 1) from mask in Gen.Choose(1, 255) select (offset, (byte)mask)).ListOf();
        Prop.ForAll(flips.ToArbitrary(), damage =>
        {
            using var disk = WrittenDisk(flushEach: damage.Count % 2 == 0);
            foreach (var (offset, mask) in damage) disk.Rot(FirstSegment, offset, mask);
            try
            {
                using var log = WriteAheadLog.Open(disk, out var found);
                Assert.Equal(Records.Take(found.Count), found.Select(record => record.ToArray()));
            }
            catch (LogDamagedException)
            {
                // Found, and nothing was changed.
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_gap_in_the_record_numbers_is_damage()
    {
        using var disk = WrittenDisk(flushEach: false);
        var bytes = disk.ReadAll(FirstSegment);
        Assert.True(SegmentHeader.TryRead(bytes, out var header));
        RecordMask.Apply(header.Salt, SegmentHeader.Length, bytes.AsSpan(SegmentHeader.Length));
        var second = SegmentHeader.Length + (int)RecordHeader.RecordLength(Records[0].Length);
        var third = second + (int)RecordHeader.RecordLength(Records[1].Length);
        byte[] shifted = [.. bytes[..second], .. bytes[third..]];
        RecordMask.Apply(header.Salt, SegmentHeader.Length, shifted.AsSpan(SegmentHeader.Length));
        disk.Delete(FirstSegment);
        disk.Write(FirstSegment, 0, shifted);
        var damage = Assert.Throws<LogDamagedException>(() => WriteAheadLog.Open(disk, out _));
        Assert.Equal(second, damage.Offset);
        Assert.Contains("record 3 where 2 belongs", damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_segment_without_all_that_it_begins_with_is_damage_for_no_crash_leaves_it_its_name()
    {
        using var disk = new MemoryDisk();
        using (var log = WriteAheadLog.Open(disk, out _, new WriteAheadLogOptions { AllocationBytes = 1 }))
        {
            log.BeginSegment(8, Records);
            log.Flush();
            Assert.True(log.TryDropOlder(8));
        }

        var bytes = disk.ReadAll("wal-00000002");
        Assert.Equal(UsedLength, bytes.Length);
        for (var length = 0; length < bytes.Length; length++)
        {
            using var cut = new MemoryDisk();
            cut.Write("wal-00000002", 0, bytes.AsSpan(0, length));
            Assert.Throws<LogDamagedException>(() => WriteAheadLog.Open(cut, out _));
        }
    }

    private static MemoryDisk WrittenDisk(bool flushEach)
    {
        var disk = new MemoryDisk();
        using var log = WriteAheadLog.Open(disk, out _, new WriteAheadLogOptions { AllocationBytes = 4096 });
        foreach (var record in Records)
        {
            log.Append(record);
            if (flushEach) log.Flush();
        }

        log.Flush();
        return disk;
    }
}
