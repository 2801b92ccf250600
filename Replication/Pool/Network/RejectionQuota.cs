namespace KvStore.Replication.Pool.Network;

/// <summary>How much one peer may have rejected before it is shut out for a time. Thread-safe.</summary>
internal sealed class RejectionQuota(PoolNetworkLimits limits, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private long _windowBegan = clock.GetTimestamp();
    private int _count;
    private long? _shutOutSince;

    public bool IsShutOut
    {
        get
        {
            lock (_gate) return _shutOutSince is { } since && clock.GetElapsedTime(since) < limits.ShutOutTime;
        }
    }

    /// <summary>Counts one; false when that was one too many.</summary>
    public bool Add()
    {
        lock (_gate)
        {
            if (clock.GetElapsedTime(_windowBegan) >= limits.RejectionWindow) (_windowBegan, _count) = (clock.GetTimestamp(), 0);
            if (++_count <= limits.RejectionsMax) return true;
            (_shutOutSince, _windowBegan, _count) = (clock.GetTimestamp(), clock.GetTimestamp(), 0);
            return false;
        }
    }
}
