using System.Diagnostics;

namespace KvStore.Cli.Bench.Measuring;

/// <summary>The time as the load sees it. A port, so that tests of the accounting drive the time themselves.</summary>
internal interface IBenchClock
{
    /// <summary>Nanoseconds since some moment; never runs backwards.</summary>
    long Now { get; }

    /// <summary>Waits until a moment; returns at once when it has passed.</summary>
    ValueTask WaitUntilAsync(long moment, CancellationToken cancel);
}

/// <summary>The machine's clock. It wakes up about a millisecond late; whoever waits asks for <see cref="Now"/> and counts from the moment meant.</summary>
internal sealed class MachineClock : IBenchClock
{
    private const long NanosecondsPerMillisecond = 1_000_000;

    private readonly long _origin = Stopwatch.GetTimestamp();

    /// <inheritdoc/>
    public long Now => (long)Stopwatch.GetElapsedTime(_origin).TotalNanoseconds;

    /// <inheritdoc/>
    public async ValueTask WaitUntilAsync(long moment, CancellationToken cancel)
    {
        for (var left = moment - Now; left > 0; left = moment - Now)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Max(1, left / NanosecondsPerMillisecond)), cancel);
        }
    }
}
