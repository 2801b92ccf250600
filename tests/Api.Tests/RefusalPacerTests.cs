using KvStore.Api.Problems;

namespace KvStore.Api.Tests;

public class RefusalPacerTests
{
    [Fact]
    public void A_burst_is_answered_at_once_and_what_follows_evenly()
    {
        var pacer = new RefusalPacer(new StoppedClock());
        var waits = Enumerable.Range(0, RefusalPacer.Burst + 3).Select(_ => pacer.WaitAsync(TestContext.Current.CancellationToken)).ToList();
        Assert.All(waits.Take(RefusalPacer.Burst), wait => Assert.True(wait.IsCompleted));
        Assert.All(waits.Skip(RefusalPacer.Burst), wait => Assert.False(wait.IsCompleted));
    }

    [Fact]
    public void Nobody_waits_longer_than_the_longest_wait_and_a_pause_forgives()
    {
        var clock = new StoppedClock();
        var pacer = new RefusalPacer(clock);
        for (var i = 0; i < 10_000; i++) _ = pacer.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RefusalPacer.LongestWait, clock.Longest);
        clock.Now += RefusalPacer.LongestWait + TimeSpan.FromSeconds(RefusalPacer.Burst / RefusalPacer.PerSecond);
        Assert.True(pacer.WaitAsync(TestContext.Current.CancellationToken).IsCompleted);
    }

    [Theory]
    [InlineData(401, true)]
    [InlineData(429, true)]
    [InlineData(404, false)]
    [InlineData(412, false)]
    [InlineData(503, false)]
    public void What_correct_clients_are_told_in_numbers_is_not_paced(int status, bool paced) => Assert.Equal(paced, RefusalPacer.Paces(status));

    // Its timers never fire.
    private sealed class StoppedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch.AddYears(50);

        public TimeSpan Longest { get; private set; }

        public override DateTimeOffset GetUtcNow() => Now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime > Longest) Longest = dueTime;
            return new NoTimer();
        }

        private sealed class NoTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
