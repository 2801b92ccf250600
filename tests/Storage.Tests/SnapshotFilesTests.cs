namespace KvStore.Storage.Tests;

public sealed class SnapshotFilesTests
{
    private static readonly byte[] Certificate = [9, 8, 7];

    private static readonly byte[][] Chunks = [[1, 2, 3], [.. Enumerable.Range(0, 700).Select(i => (byte)(i % 251))], [4]];

    [Fact]
    public void Chunks_and_certificate_come_back()
    {
        using var disk = new MemoryDisk();
        Save(disk, 8);
        Assert.Equal(Chunks, SnapshotFiles.ReadChunks(disk, 8).Select(chunk => chunk.Content));
        Assert.Equal(Certificate, SnapshotFiles.ReadCertificate(disk, 8));
    }

    [Fact]
    public void A_power_cut_at_every_change_leaves_a_whole_snapshot_or_none_and_the_older_one()
    {
        var names = 0;
        for (var crashAt = 0; ; crashAt++)
        {
            for (var pattern = 0; pattern < 20; pattern++)
            {
                using var disk = new MemoryDisk();
                Save(disk, 8);
                var random = new Random(pattern);
                var isCut = IsCut(() => Save(new CrashingDisk(disk, crashAt), 16));
                if (!isCut && pattern == 1)
                {
                    Assert.True(names > 0);
                    return;
                }

                disk.Crash(() => random.Next(3) == 0, changes => pattern % 3 == 0 ? changes : random.Next(changes + 1));
                var positions = SnapshotFiles.Positions(disk);
                Assert.Equal(8UL, positions[0]);
                if (positions.Count > 1) names++;
                foreach (var position in positions) Assert.Equal(Chunks, SnapshotFiles.ReadChunks(disk, position).Select(chunk => chunk.Content));
                Save(disk, 16);
                SnapshotFiles.DropBefore(disk, 16);
                Assert.Equal(["snap-00000000000000000016"], disk.Files);
            }
        }
    }

    [Fact]
    public void A_flipped_byte_is_found_wherever_it_is()
    {
        using var whole = new MemoryDisk();
        Save(whole, 8);
        var file = Assert.Single(whole.Files);
        for (var offset = 0; offset < whole.LengthOf(file); offset++)
        {
            using var disk = new MemoryDisk();
            Save(disk, 8);
            disk.Rot(file, offset, 0x10);
            var damage = Assert.Throws<SnapshotDamagedException>(() => SnapshotFiles.ReadChunks(disk, 8).Count());
            Assert.Equal(file, damage.File);
            Assert.InRange(offset, damage.Offset, damage.Offset + 720);
        }
    }

    [Fact]
    public void A_snapshot_that_was_cut_or_goes_on_behind_its_end_is_damaged()
    {
        using var disk = new MemoryDisk();
        Save(disk, 8);
        var file = Assert.Single(disk.Files);
        var bytes = disk.ReadAll(file);
        disk.Write(file, bytes.Length, [0]);
        Assert.Throws<SnapshotDamagedException>(() => SnapshotFiles.ReadChunks(disk, 8).Count());
        for (var length = bytes.Length - 1; length >= 0; length--)
        {
            disk.Truncate(file, length);
            Assert.Throws<SnapshotDamagedException>(() => SnapshotFiles.ReadChunks(disk, 8).Count());
        }
    }

    [Fact]
    public void A_chunk_of_another_snapshot_is_not_taken()
    {
        using var disk = new MemoryDisk();
        Save(disk, 8);
        Save(disk, 16);
        var header = SnapshotFormat.FixedHeaderBytes + Certificate.Length + SnapshotFormat.ChecksumBytes;
        disk.Write("snap-00000000000000000016", header, disk.ReadAll("snap-00000000000000000008").AsSpan(header));
        Assert.Throws<SnapshotDamagedException>(() => SnapshotFiles.ReadChunks(disk, 16).Count());
    }

    private static void Save(IDisk disk, ulong position)
    {
        var writer = SnapshotWriter.Begin(disk, position, Certificate);
        foreach (var chunk in Chunks) writer.Add(chunk);
        writer.Complete();
    }

    private static bool IsCut(Action act)
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
