using KvStore.Cli.Bench.Measuring;

namespace KvStore.Cli.Tests;

public sealed class BenchHistogramTests
{
    private static readonly double[] Fractions = [0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1];

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(5000)]
    public void Every_quantile_is_within_a_percent_of_the_sorted_values(int count)
    {
        var values = Values(count);
        var histogram = Of(values);
        Array.Sort(values);
        foreach (var fraction in Fractions)
        {
            var exact = values[Math.Clamp((int)Math.Ceiling(fraction * count) - 1, 0, count - 1)];
            Assert.InRange(histogram.Quantile(fraction), exact, exact + Math.Max(0, exact / 100));
        }
    }

    [Fact]
    public void Count_maximum_and_mean_are_exact()
    {
        var values = Values(1000);
        var histogram = Of(values);
        Assert.Equal(1000, histogram.Count);
        Assert.Equal(values.Max(), histogram.Max);
        Assert.Equal(values.Average(), histogram.Mean, tolerance: 1);
    }

    [Fact]
    public void Parts_that_are_merged_say_the_same_as_the_whole()
    {
        var values = Values(3000);
        var merged = Of(values[..1000]);
        merged.Add(Of(values[1000..]));
        var whole = Of(values);
        Assert.Equal((whole.Count, whole.Max, whole.Mean), (merged.Count, merged.Max, merged.Mean));
        Assert.All(Fractions, fraction => Assert.Equal(whole.Quantile(fraction), merged.Quantile(fraction)));
    }

    [Fact]
    public void Small_values_are_told_apart_exactly()
    {
        for (var value = 0; value < 256; value++)
        {
            var histogram = Of([value, 10_000]);
            Assert.Equal(value, histogram.Quantile(0.5));
        }
    }

    [Fact]
    public void What_is_beyond_the_last_bucket_is_the_maximum_and_a_negative_value_is_nothing()
    {
        var histogram = Of([-5, long.MaxValue]);
        Assert.Equal(0, histogram.Quantile(0.5));
        Assert.Equal(long.MaxValue, histogram.Quantile(1));
        Assert.Equal(long.MaxValue, histogram.Max);
    }

    [Fact]
    public void An_empty_one_says_zero()
    {
        var histogram = new LatencyHistogram();
        Assert.Equal((0, 0, 0.0, 0), (histogram.Count, histogram.Max, histogram.Mean, histogram.Quantile(0.99)));
    }

    // From nanoseconds to minutes, each power of two as likely as the others.
    private static long[] Values(int count)
    {
        var random = new Simulator.DeterministicRandom((ulong)count);
        return [.. Enumerable.Range(0, count).Select(_ => (long)(random.Next() >> random.Between(25, 63)))];
    }

    private static LatencyHistogram Of(long[] values)
    {
        var histogram = new LatencyHistogram();
        foreach (var value in values) histogram.Record(value);
        return histogram;
    }
}
