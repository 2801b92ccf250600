namespace KvStore.Replication.Tests.Network;

/// <summary>The machine's clock, which a test can put forward. Timers run by the machine's, and at once when it is put forward past their time.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ShiftedTimer> _timers = [];
    private long _shift;

    public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _shift);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ShiftedTimer(this, base.CreateTimer(callback, state, dueTime, period), dueTime < TimeSpan.Zero ? long.MaxValue : GetTimestamp() + Ticks(dueTime), period);
        lock (_gate) _timers.Add(timer);
        return timer;
    }

    public void PutForward(TimeSpan time)
    {
        Interlocked.Add(ref _shift, Ticks(time));
        List<ShiftedTimer> due;
        lock (_gate) due = _timers.FindAll(timer => timer.Due <= GetTimestamp());
        due.ForEach(timer => timer.GoOff());
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * TimestampFrequency);

    private void Remove(ShiftedTimer timer)
    {
        lock (_gate) _timers.Remove(timer);
    }

    private sealed class ShiftedTimer(ShiftedClock clock, ITimer inner, long due, TimeSpan period) : ITimer
    {
        public long Due => due;

        public void GoOff() => inner.Change(TimeSpan.Zero, period);

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod) => inner.Change(dueTime, newPeriod);

        public void Dispose()
        {
            clock.Remove(this);
            inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            clock.Remove(this);
            return inner.DisposeAsync();
        }
    }
}
