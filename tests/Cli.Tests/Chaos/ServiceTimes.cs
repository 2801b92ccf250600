using System.Diagnostics;

namespace KvStore.Cli.Tests.Chaos;

/// <summary>When enough nodes ran for service to be due, and how long there was none.</summary>
internal sealed class ServiceTimes
{
    private readonly List<(long From, long To)> _due = [];
    private long? _from;

    /// <summary>Enough nodes run from this moment on.</summary>
    public void Begin(long now) => _from = now;

    /// <summary>They do not any more.</summary>
    public void End(long now)
    {
        _due.Add((_from!.Value, now));
        _from = null;
    }

    /// <summary>The longest time in which service was due and a shard acknowledged no write, and when it began, from the first moment on.</summary>
    public (TimeSpan Gap, TimeSpan At) LongestGap(IReadOnlyList<ChaosOperation> history)
    {
        var (gap, at) = (0L, 0L);
        foreach (var shard in history.Where(operation => operation.IsAcknowledgedWrite).GroupBy(operation => operation.Shard))
        {
            var answers = shard.Select(operation => operation.Answered).Order().ToList();
            foreach (var (from, to) in _due)
            {
                var moments = answers.Where(answer => answer > from && answer < to).Prepend(from).Append(to).ToList();
                foreach (var (one, next) in moments.Zip(moments.Skip(1)))
                {
                    if (next - one > gap) (gap, at) = (next - one, one);
                }
            }
        }

        return gap == 0 ? default : (Stopwatch.GetElapsedTime(0, gap), Stopwatch.GetElapsedTime(_due[0].From, at));
    }
}
