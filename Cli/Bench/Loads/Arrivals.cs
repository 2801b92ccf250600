using KvStore.Cli.Bench.Workloads;
using KvStore.Simulator;

namespace KvStore.Cli.Bench.Loads;

/// <summary>When the operations of an open loop are meant to begin: decided beforehand, whatever the service does.</summary>
internal sealed class Arrivals
{
    private const double NanosecondsPerSecond = 1e9;

    private readonly DeterministicRandom? _random;
    private readonly double _meanGap;
    private double _next;

    private Arrivals(double ratePerSecond, long begin, DeterministicRandom? random)
    {
        _meanGap = NanosecondsPerSecond / ratePerSecond;
        _next = begin;
        _random = random;
    }

    /// <summary>One operation at every tick of a clock.</summary>
    public static Arrivals Uniform(double ratePerSecond, long begin) => new(ratePerSecond, begin, null);

    /// <summary>As many independent users make them: a Poisson process, whose gaps are exponentially distributed.</summary>
    public static Arrivals Poisson(double ratePerSecond, long begin, ulong seed) => new(ratePerSecond, begin, new DeterministicRandom(seed));

    /// <summary>When the next operation is meant to begin, in nanoseconds.</summary>
    public long Next()
    {
        var moment = (long)_next;
        _next += _random is null ? _meanGap : -Math.Log(1 - _random.Fraction()) * _meanGap;
        return moment;
    }
}
