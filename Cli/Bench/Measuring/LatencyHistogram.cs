// The bucketing is that of HdrHistogram (Gil Tene): a bucket's width is a fixed part of its value, so the error is relative and the memory is fixed.
// Parameters: 128 buckets for each power of two (an error of at most 0.8 %), and 2^40 ns (18 minutes) as the largest value that is told apart.
using System.Numerics;

namespace KvStore.Cli.Bench.Measuring;

/// <summary>Counts of latencies in nanoseconds, in buckets that grow with the value. One writer at a time.</summary>
internal sealed class LatencyHistogram
{
    private const int PrecisionBits = 7;
    private const int BucketsPerDoubling = 1 << PrecisionBits;
    private const int ValueBits = 40;

    private readonly long[] _counts = new long[(ValueBits - PrecisionBits + 1) * BucketsPerDoubling];
    private double _sum;

    /// <summary>How many values were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The largest value, exactly; 0 when there is none.</summary>
    public long Max { get; private set; }

    /// <summary>The mean, exactly up to rounding; 0 when there is none.</summary>
    public double Mean => Count == 0 ? 0 : _sum / Count;

    /// <summary>Records a value; a negative one counts as 0.</summary>
    public void Record(long nanoseconds)
    {
        var value = Math.Max(0, nanoseconds);
        _counts[BucketOf(Math.Min(value, (1L << ValueBits) - 1))]++;
        Count++;
        _sum += value;
        Max = Math.Max(Max, value);
    }

    /// <summary>Adds all that another one holds.</summary>
    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < _counts.Length; i++) _counts[i] += other._counts[i];
        Count += other.Count;
        _sum += other._sum;
        Max = Math.Max(Max, other.Max);
    }

    /// <summary>The value that this part of all values does not exceed, up to a bucket's width; 0 when there is none.</summary>
    /// <param name="fraction">From 0 to 1: 0.99 is the 99th percentile.</param>
    public long Quantile(double fraction)
    {
        var rank = Math.Clamp((long)Math.Ceiling(fraction * Count), 1, Math.Max(1, Count));
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            // The last bucket also holds what is beyond it, so only the maximum bounds it.
            if (seen >= rank) return i == _counts.Length - 1 ? Max : Math.Min(Max, HighestIn(i));
        }

        return 0;
    }

    private static int BucketOf(long value)
    {
        if (value < BucketsPerDoubling) return (int)value;
        var shift = BitOperations.Log2((ulong)value) - PrecisionBits;
        return ((shift + 1) << PrecisionBits) + (int)(value >> shift) - BucketsPerDoubling;
    }

    private static long HighestIn(int bucket)
    {
        if (bucket < BucketsPerDoubling) return bucket;
        var shift = (bucket >> PrecisionBits) - 1;
        var first = (long)((bucket & (BucketsPerDoubling - 1)) + BucketsPerDoubling) << shift;
        return first + (1L << shift) - 1;
    }
}
