namespace KvStore.Cli.Bench.Workloads;

/// <summary>
/// Which keys there are, by number: those that a run begins with, and those that were inserted since. YCSB's AcknowledgedCounterGenerator: a key is
/// read only when it and all before it have been inserted. Thread-safe.
/// </summary>
internal sealed class KeySpace(long initial)
{
    private readonly Lock _gate = new();
    private readonly HashSet<long> _endedOutOfOrder = [];
    private long _reserved = initial;
    private long _count = initial;

    /// <summary>How many keys a run begins with.</summary>
    public long Initial { get; } = initial;

    /// <summary>Keys that are there: those with numbers below this.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>The number of a key to insert.</summary>
    public long Reserve() => Interlocked.Increment(ref _reserved) - 1;

    /// <summary>An insertion has ended. One that failed counts as well, or a single failure would keep all later keys from being read.</summary>
    public void Inserted(long index)
    {
        lock (_gate)
        {
            _endedOutOfOrder.Add(index);
            while (_endedOutOfOrder.Remove(_count)) Volatile.Write(ref _count, _count + 1);
        }
    }
}
