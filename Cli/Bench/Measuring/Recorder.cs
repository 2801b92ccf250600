using KvStore.Cli.Bench.Workloads;

namespace KvStore.Cli.Bench.Measuring;

/// <summary>The measured time, in the clock's nanoseconds.</summary>
/// <param name="Begin">When it begins; what came before was warming up.</param>
/// <param name="End">When it ends.</param>
internal readonly record struct Window(long Begin, long End)
{
    /// <summary>Whether a moment is in it.</summary>
    public bool Contains(long moment) => moment >= Begin && moment < End;
}

/// <summary>
/// What became of one client's operations. Two questions have two answers: the throughput is what ended well inside the window, and the latencies are
/// those of all that was meant to begin inside it, however late they ended, because leaving out what was slow at the end would flatter.
/// One writer at a time; <see cref="Completed"/> may be read by any thread.
/// </summary>
internal sealed class Recorder(Window window)
{
    private readonly SortedDictionary<OperationKind, LatencyHistogram> _latencies = [];
    private readonly SortedDictionary<string, long> _errors = new(StringComparer.Ordinal);
    private long _completed;

    /// <summary>Operations that have ended well since the start, the warming up included.</summary>
    public long Completed => Volatile.Read(ref _completed);

    /// <summary>Operations that ended well inside the window.</summary>
    public long CompletedInside { get; private set; }

    /// <summary>When the last one ended, well or not; 0 when none has.</summary>
    public long LastEnd { get; private set; }

    /// <summary>Latencies of those that were meant to begin inside the window and ended well, by kind.</summary>
    public IReadOnlyDictionary<OperationKind, LatencyHistogram> Latencies => _latencies;

    /// <summary>Operations that were meant to begin inside the window and failed, by the problem's code.</summary>
    public IReadOnlyDictionary<string, long> Errors => _errors;

    /// <summary>An operation has ended.</summary>
    /// <param name="outcome">What became of it.</param>
    /// <param name="intended">When it was meant to begin.</param>
    /// <param name="ended">When it ended.</param>
    public void Record(OperationOutcome outcome, long intended, long ended)
    {
        LastEnd = ended;
        if (outcome.Error is { } error)
        {
            if (window.Contains(intended)) AddError(error, 1);
            return;
        }

        Volatile.Write(ref _completed, _completed + 1);
        if (window.Contains(ended)) CompletedInside++;
        if (window.Contains(intended)) LatencyOf(outcome.Kind).Record(ended - intended);
    }

    /// <summary>Counts failures that are not one operation's.</summary>
    public void AddError(string code, long count) => _errors[code] = _errors.GetValueOrDefault(code) + count;

    /// <summary>Adds all that another one holds.</summary>
    public void Add(Recorder other)
    {
        _completed += other._completed;
        CompletedInside += other.CompletedInside;
        LastEnd = Math.Max(LastEnd, other.LastEnd);
        foreach (var (kind, histogram) in other._latencies) LatencyOf(kind).Add(histogram);
        foreach (var (code, count) in other._errors) AddError(code, count);
    }

    private LatencyHistogram LatencyOf(OperationKind kind)
    {
        if (!_latencies.TryGetValue(kind, out var histogram)) _latencies.Add(kind, histogram = new LatencyHistogram());
        return histogram;
    }
}
