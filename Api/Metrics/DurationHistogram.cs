namespace KvStore.Api.Metrics;

/// <summary>Durations in buckets. Any thread adds; whoever reads sees about what was added.</summary>
internal sealed class DurationHistogram
{
    private const double NanosecondsPerSecond = 1e9;

    private readonly long[] _counts = new long[Bounds.Length + 1];
    private long _nanoseconds;

    /// <summary>The upper bounds of the buckets, in seconds; what is above the last one has a bucket of its own.</summary>
    public static ReadOnlySpan<double> Bounds => [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    /// <summary>The sum of all, in seconds.</summary>
    public double Sum => Volatile.Read(ref _nanoseconds) / NanosecondsPerSecond;

    /// <summary>Adds one.</summary>
    public void Add(double seconds)
    {
        var bucket = 0;
        while (bucket < Bounds.Length && seconds > Bounds[bucket]) bucket++;
        Interlocked.Increment(ref _counts[bucket]);
        Interlocked.Add(ref _nanoseconds, (long)(seconds * NanosecondsPerSecond));
    }

    /// <summary>How many there were in a bucket.</summary>
    public long CountOf(int bucket) => Volatile.Read(ref _counts[bucket]);
}
