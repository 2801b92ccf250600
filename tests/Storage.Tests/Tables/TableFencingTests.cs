using KvStore.Storage.Tables;

namespace KvStore.Storage.Tests;

/// <summary>Two holders of one replica's partition: of what the former one does nothing is ever seen.</summary>
public sealed class TableFencingTests
{
    private readonly FakeCloud _cloud = new();

    [Theory]
    [InlineData("wal-1")]
    [InlineData("snap-1")]
    public void Who_was_replaced_can_change_nothing_and_stays_stopped(string file)
    {
        using var former = _cloud.Open();
        former.Write(file, 0, "first"u8);
        former.Flush(file);
        former.FlushNames();
        former.Write(file, 5, " and never"u8);
        using var holder = _cloud.Open();
        Assert.True(holder.Epoch > former.Epoch);

        var lost = Assert.Throws<DiskFailedException>(() => former.Flush(file));
        Assert.Contains($"lease {holder.Epoch}, this is {former.Epoch}", lost.Message, StringComparison.Ordinal);
        foreach (var act in new Action[] { () => former.Write(file, 0, [1]), () => former.Flush(file), () => former.Delete(file), () => former.Truncate(file, 0), () => former.ReadAll(file), former.Renew })
        {
            Assert.Throws<DiskFailedException>(act);
        }

        Assert.Equal("first"u8.ToArray(), holder.ReadAll(file));
        holder.Write(file, 5, "!"u8);
        holder.Flush(file);
        using var next = _cloud.Open();
        Assert.Equal("first!"u8.ToArray(), next.ReadAll(file));
    }

    [Fact]
    public void Who_was_replaced_can_neither_name_nor_delete_nor_cut_nor_create()
    {
        foreach (var act in new Action<TableDisk>[]
        {
            disk => { disk.Delete("wal-1"); disk.FlushNames(); },
            disk => { disk.Rename("wal-1", "wal-2"); disk.FlushNames(); },
            disk => disk.Truncate("wal-1", 1),
            disk => { disk.Allocate("wal-3", 100); disk.FlushNames(); },
        })
        {
            var cloud = new FakeCloud();
            using var former = cloud.Open();
            former.Write("wal-1", 0, "first"u8);
            former.Flush("wal-1");
            former.FlushNames();
            using var holder = cloud.Open();
            Assert.Throws<DiskFailedException>(() => act(former));
            using var next = cloud.Open();
            Assert.Equal(["wal-1"], next.Files);
            Assert.Equal("first"u8.ToArray(), next.ReadAll("wal-1"));
        }
    }

    [Fact]
    public void What_is_still_on_its_way_when_another_takes_the_lease_is_never_done()
    {
        var fate = Fate.Done;
        using var former = _cloud.Open(_ => fate);
        former.Write("wal-1", 0, "first"u8);
        former.Flush("wal-1");
        former.FlushNames();
        former.Write("wal-1", 5, "late"u8);
        fate = Fate.LateAndPowerCut;
        Assert.Throws<PowerCutException>(() => former.Flush("wal-1"));

        using var holder = _cloud.Open();
        Assert.Equal("first"u8.ToArray(), holder.ReadAll("wal-1"));
        _cloud.DeliverLate();
        holder.Write("wal-1", 5, " second"u8);
        holder.Flush("wal-1");
        using var next = _cloud.Open();
        Assert.Equal("first second"u8.ToArray(), next.ReadAll("wal-1"));
    }

    [Fact]
    public void What_arrives_before_another_takes_the_lease_is_there_for_it()
    {
        var fate = Fate.Done;
        using var former = _cloud.Open(_ => fate);
        former.Write("wal-1", 0, "first"u8);
        former.FlushNames();
        fate = Fate.DoneAndPowerCut;
        Assert.Throws<PowerCutException>(() => former.Flush("wal-1"));
        using var holder = _cloud.Open();
        Assert.Equal("first"u8.ToArray(), holder.ReadAll("wal-1"));
    }

    [Fact]
    public void A_blob_that_a_former_holder_still_writes_to_is_nowhere()
    {
        var fate = Fate.Done;
        using var former = _cloud.Open(_ => fate);
        former.Write("snap-1", 0, "first"u8);
        former.Flush("snap-1");
        former.FlushNames();
        former.Write("snap-1", 5, "late"u8);
        using var holder = _cloud.Open();
        holder.Write("snap-1", 5, " second"u8);
        holder.Flush("snap-1");
        Assert.Throws<DiskFailedException>(() => former.Flush("snap-1"));
        using var next = _cloud.Open();
        Assert.Equal("first second"u8.ToArray(), next.ReadAll("snap-1"));
    }

    [Fact]
    public void A_claimant_is_refused_while_the_holder_shows_signs_of_life()
    {
        using var holder = _cloud.Open();
        Assert.Contains("in use", Assert.Throws<DiskInUseException>(() => _cloud.Open(observe: holder.Renew)).Message, StringComparison.Ordinal);
        Assert.Throws<DiskInUseException>(() => _cloud.Open(observe: () =>
        {
            holder.Write("wal-1", 0, [1]);
            holder.Flush("wal-1");
        }));
        holder.Renew();
        using var next = _cloud.Open(observe: () => { });
        Assert.Throws<DiskFailedException>(holder.Renew);
    }

    [Fact]
    public void Of_two_claimants_who_wait_together_one_gets_it()
    {
        using var gone = _cloud.Open();
        TableDisk? faster = null;
        Assert.Throws<DiskInUseException>(() => _cloud.Open(observe: () => faster = _cloud.Open(observe: () => { })));
        faster!.Renew();
        faster.Dispose();
    }

    [Fact]
    public void Who_comes_after_one_that_ended_in_order_does_not_wait()
    {
        _cloud.Open().Dispose();
        using var next = _cloud.Open(observe: () => Assert.Fail("Nobody holds it."));
        Assert.Equal(2UL, next.Epoch);
    }

    [Fact]
    public void A_claim_whose_answer_is_lost_is_a_claim()
    {
        foreach (var unsettled in new[] { Fate.AnswerLost, Fate.Busy, Fate.Late })
        {
            var cloud = new FakeCloud();
            cloud.Open().Dispose();
            var fates = new Queue<Fate>([unsettled]);
            using var holder = cloud.Open(_ => fates.TryDequeue(out var next) ? next : Fate.Done);
            cloud.DeliverLate();
            Assert.Equal(2UL, holder.Epoch);
            holder.Renew();
        }
    }
}
