namespace KvStore.Replication.Tests.Network;

/// <summary>The machine's clock, which a test can put forward. Timers run by the machine's.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private long _shift;

    public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _shift);

    public void PutForward(TimeSpan time) => Interlocked.Add(ref _shift, (long)(time.TotalSeconds * TimestampFrequency));
}
