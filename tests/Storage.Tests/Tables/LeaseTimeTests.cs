using KvStore.Storage.Tables;

namespace KvStore.Storage.Tests;

/// <summary>When a holder no longer takes its own word for it that it holds the lease.</summary>
public sealed class LeaseTimeTests
{
    private readonly FakeCloud _cloud = new();
    private readonly FakeClock _clock = new();

    [Fact]
    public void A_holder_that_showed_nothing_for_a_time_says_that_it_may_have_been_replaced_and_a_renewal_settles_it()
    {
        using var disk = _cloud.Open(clock: _clock);
        Assert.True(disk.IsHeld);
        _clock.Pass(9.9);
        Assert.True(disk.IsHeld);
        _clock.Pass(0.2);
        Assert.False(disk.IsHeld);
        disk.Renew();
        Assert.True(disk.IsHeld);
        _clock.Pass(9);
        disk.Write("wal-1", 0, [1]);
        disk.Flush("wal-1");
        _clock.Pass(9);
        Assert.True(disk.IsHeld);
    }

    [Fact]
    public void What_was_done_late_counts_from_when_it_was_first_sent()
    {
        var fate = Fate.Done;
        using var disk = _cloud.Open(
            _ =>
            {
                var now = fate;
                if (now == Fate.AnswerLost) _clock.Pass(6); // The claimant that sees it done begins to count now.
                fate = Fate.Done;
                return now;
            },
            clock: _clock);
        fate = Fate.AnswerLost;
        disk.Renew();
        Assert.True(disk.IsHeld);
        _clock.Pass(4.1);
        Assert.False(disk.IsHeld);
    }

    [Fact]
    public void Whoever_can_have_the_lease_after_looking_at_it_finds_that_the_former_holder_has_given_up_its_word()
    {
        using var former = _cloud.Open(clock: _clock);
        former.Renew();
        using var holder = _cloud.Open(observe: () => _clock.Pass(15), clock: _clock);
        Assert.False(former.IsHeld);
        Assert.True(holder.IsHeld);
        Assert.Throws<DiskFailedException>(former.Renew);
        Assert.False(former.IsHeld);
        var options = new TableDiskOptions();
        Assert.True(options.HeldFor + TimeSpan.FromSeconds(3) < options.ObserveFor);
    }

    [Fact]
    public void A_holder_that_would_believe_in_its_lease_for_as_long_as_others_observe_it_is_refused()
    {
        var sender = new FakeSender(_cloud, _ => Fate.Done);
        var refused = Assert.Throws<ArgumentException>(() => TableDisk.Open(sender, sender, new TableDiskOptions { HeldFor = TimeSpan.FromSeconds(15) }));
        Assert.Contains("HeldFor", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_has_heard_that_it_was_replaced_or_gave_the_lease_up_does_not_hold_it()
    {
        using var former = _cloud.Open(clock: _clock);
        using var holder = _cloud.Open(clock: _clock);
        Assert.Throws<DiskFailedException>(former.Renew);
        Assert.False(former.IsHeld);
        holder.Dispose();
        Assert.False(holder.IsHeld);
    }
}
