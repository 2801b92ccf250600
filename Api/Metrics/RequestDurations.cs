using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace KvStore.Api.Metrics;

/// <summary>
/// How long requests took, by method, route and status: the server's own histogram <c>http.server.request.duration</c>, kept for <c>/metrics</c>. All
/// three come from closed sets (the server names unknown methods alike, and a route is a template), so the series are bounded.
/// </summary>
internal sealed class RequestDurations : IDisposable
{
    private const string Histogram = "http.server.request.duration";

    private readonly ConcurrentDictionary<Series, DurationHistogram> _series = new();
    private readonly MeterListener _listener = new();

    /// <summary>Listens to the meters of one factory only: a process may hold several servers.</summary>
    public RequestDurations(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters) && string.Equals(instrument.Name, Histogram, StringComparison.Ordinal))
                listener.EnableMeasurementEvents(instrument, this);
        };
        _listener.SetMeasurementEventCallback<double>(static (_, seconds, tags, state) => ((RequestDurations)state!).Add(seconds, tags));
        _listener.Start();
    }

    /// <summary>The histograms, in a fixed order.</summary>
    public IEnumerable<(Series Series, DurationHistogram Durations)> Snapshot() =>
        from each in _series.ToArray()
        orderby each.Key.Route, each.Key.Method, each.Key.Status
        select (each.Key, each.Value);

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Add(double seconds, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var (method, route, status) = ("", "", 0);
        foreach (var tag in tags)
        {
            switch (tag.Key)
            {
                case "http.request.method":
                    method = tag.Value as string ?? "";
                    break;
                case "http.route":
                    route = tag.Value as string ?? "";
                    break;
                case "http.response.status_code":
                    status = tag.Value is int code ? code : 0;
                    break;
            }
        }

        _series.GetOrAdd(new Series(method, route, status), static _ => new DurationHistogram()).Add(seconds);
    }

    /// <summary>What is counted apart.</summary>
    /// <param name="Method">The method.</param>
    /// <param name="Route">The route's template; empty when there was none.</param>
    /// <param name="Status">The status of the answer.</param>
    internal readonly record struct Series(string Method, string Route, int Status);
}
