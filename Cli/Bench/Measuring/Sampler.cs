namespace KvStore.Cli.Bench.Measuring;

/// <summary>Watches a run: a <see cref="Sample"/> at the end of each interval.</summary>
/// <param name="recorders">The clients' recorders.</param>
/// <param name="window">The measured time.</param>
/// <param name="interval">How often, in nanoseconds.</param>
/// <param name="clock">The clock.</param>
/// <param name="onSample">Hears of each sample as it is taken.</param>
internal sealed class Sampler(IReadOnlyList<Recorder> recorders, Window window, long interval, IBenchClock clock, Action<Sample> onSample)
{
    private readonly List<Sample> _samples = [];

    /// <summary>The samples so far, in order.</summary>
    public IReadOnlyList<Sample> Samples => _samples;

    /// <summary>Takes samples until it is cancelled or the window ends.</summary>
    /// <param name="begin">When the load began.</param>
    /// <param name="cancel">The load has ended.</param>
    public async Task RunAsync(long begin, CancellationToken cancel)
    {
        var last = Take();
        try
        {
            for (var due = begin + interval; due <= window.End; due += interval)
            {
                await clock.WaitUntilAsync(due, cancel);
                last = Add(last, begin);
            }
        }
        catch (OperationCanceledException)
        {
            // The load may end a little before its last interval does. What is left of an interval that had hardly begun says nothing.
            if (clock.Now - last.Moment > interval / 2) Add(last, begin);
        }
    }

    private Usage Add(Usage last, long begin)
    {
        var now = Take();
        var sample = last.Until(now, begin, window);
        _samples.Add(sample);
        onSample(sample);
        return now;
    }

    private Usage Take() => Usage.Now(clock.Now, recorders.Sum(recorder => recorder.Completed));
}
