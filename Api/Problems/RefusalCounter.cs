using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace KvStore.Api.Problems;

/// <summary>Counts problems by code: for <c>/v1/status</c>, and as the metric <c>kv.api.refused</c>. Codes are a closed set, so this is bounded.</summary>
internal sealed class RefusalCounter
{
    /// <summary>The name of the gateway's meter.</summary>
    public const string MeterName = "KvStore.Api";

    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly Counter<long> _metric;

    public RefusalCounter(IMeterFactory meters)
    {
        _metric = meters.Create(MeterName).CreateCounter<long>("kv.api.refused", "{request}", "Requests that were answered with a problem, by its code.");
    }

    /// <summary>One more problem with this code.</summary>
    public void Count(string code)
    {
        _counts.AddOrUpdate(code, 1, static (_, count) => count + 1);
        _metric.Add(1, new KeyValuePair<string, object?>("code", code));
    }

    /// <summary>The counts since the process started.</summary>
    public SortedDictionary<string, long> Snapshot() => new(_counts, StringComparer.Ordinal);
}
