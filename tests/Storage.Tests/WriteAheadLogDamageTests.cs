using FsCheck;
using FsCheck.Fluent;

namespace KvStore.Storage.Tests;

/// <summary>
/// Decay of flushed bytes. Before the last record it is always found; in the last record it cannot be told from a torn tail
/// (SegmentReader.cs says why), so that record is cut. No record ever comes back changed.
/// </summary>
public sealed class WriteAheadLogDamageTests
{
    private const string FirstSegment = "wal-00000001";

    private static readonly byte[][] Records = [[1, 2, 3], [], [4, 5, 6, 7, 8, 9, 10, 11, 12], [13], [14, 15, 16]];

    private static int LastRecordStart => SegmentHeader.Length + Records.SkipLast(1).Sum(record => RecordHeader.Length + record.Length);

    [Fact]
    public void A_flipped_byte_before_the_last_record_is_damage_and_in_it_cuts_it()
    {
        var length = (int)WrittenDisk().LiveBytes;
        for (var offset = 0; offset < length; offset++)
        {
            foreach (var mask in new byte[] { 0x01, 0x80, 0xFF })
            {
                using var disk = WrittenDisk();
                disk.Rot(FirstSegment, offset, mask);
                if (offset < LastRecordStart)
                {
                    var before = disk.Read(FirstSegment).ToArray();
                    var damage = Assert.Throws<LogDamagedException>(() => WriteAheadLog.Open(disk, out _));
                    Assert.Equal(FirstSegment, damage.File);
                    Assert.InRange(offset, damage.Offset, damage.Offset + SegmentHeader.Length);
                    Assert.True(disk.Read(FirstSegment).Span.SequenceEqual(before)); // A damaged log is left as it was found.
                }
                else
                {
                    using var log = WriteAheadLog.Open(disk, out var found);
                    Assert.Equal(Records.SkipLast(1), found.Select(record => record.ToArray()));
                }
            }
        }
    }

    [Fact]
    public void Any_damage_of_several_bytes_never_gives_a_changed_record()
    {
        var length = (int)WrittenDisk().LiveBytes;
        var flips = (from offset in Gen.Choose(0, length - 1) from mask in Gen.Choose(1, 255) select (offset, (byte)mask)).ListOf();
        Prop.ForAll(flips.ToArbitrary(), damage =>
        {
            using var disk = WrittenDisk();
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
        using var disk = WrittenDisk();
        var bytes = disk.Read(FirstSegment).ToArray();
        var second = SegmentHeader.Length + RecordHeader.Length + Records[0].Length;
        byte[] without = [.. bytes[..second], .. bytes[(second + RecordHeader.Length)..]];
        disk.Delete(FirstSegment);
        disk.Append(FirstSegment, without);
        var damage = Assert.Throws<LogDamagedException>(() => WriteAheadLog.Open(disk, out _));
        Assert.Equal(second, damage.Offset);
        Assert.Contains("record 3 where 2 belongs", damage.Message, StringComparison.Ordinal);
        Assert.Contains("data directory aside", damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_only_segment_without_its_base_is_damage()
    {
        using var disk = new MemoryDisk();
        using (var log = WriteAheadLog.Open(disk, out _)) log.Compact(Records);
        for (var length = 0; length < disk.LiveBytes; length++)
        {
            using var cut = new MemoryDisk();
            cut.Append("wal-00000002", disk.Read("wal-00000002").Span[..length]);
            Assert.Throws<LogDamagedException>(() => WriteAheadLog.Open(cut, out _));
        }
    }

    [Fact]
    public void Zeros_after_the_last_record_are_a_torn_tail()
    {
        using var disk = WrittenDisk();
        disk.Append(FirstSegment, new byte[4096]);
        using var log = WriteAheadLog.Open(disk, out var found);
        Assert.Equal(Records.Length, found.Count);
        Assert.Equal(disk.LiveBytes, log.SizeBytes);
    }

    private static MemoryDisk WrittenDisk()
    {
        var disk = new MemoryDisk();
        using var log = WriteAheadLog.Open(disk, out _);
        foreach (var record in Records) log.Append(record);
        log.Flush();
        return disk;
    }
}
