using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using KvStore.Api.Metrics;

namespace KvStore.Api.Tests;

/// <summary><c>GET /metrics</c>: numbers that Prometheus can read.</summary>
public sealed partial class MetricsTests(ShardedGateway gateway) : IClassFixture<ShardedGateway>
{
    [Fact]
    public async Task Every_line_is_of_the_format_and_every_sample_follows_its_head()
    {
        await gateway.Put("/v1/kv/m", "x").Is(HttpStatusCode.Created);
        using var response = await gateway.Get("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Header("Content-Type"));
        var (metric, heads) = ("", new HashSet<string>(StringComparer.Ordinal));
        foreach (var line in (await response.Body()).TrimEnd('\n').Split('\n'))
        {
            if (Head().Match(line) is { Success: true } head)
            {
                metric = head.Groups["name"].Value;
                if (head.Groups["kind"].Value == "HELP") Assert.True(heads.Add(metric), $"{metric} is there twice.");
            }
            else
            {
                var sample = Sample().Match(line);
                Assert.True(sample.Success, line);
                Assert.StartsWith(metric, sample.Groups["name"].Value, StringComparison.Ordinal);
                Assert.True(double.TryParse(sample.Groups["value"].Value, CultureInfo.InvariantCulture, out _), line);
            }
        }

        Assert.Superset(
            new HashSet<string>(["process_cpu_seconds_total", "dotnet_gc_heap_bytes", "kv_replica_view", "kv_replica_stable_checkpoint", "kv_replica_dropped_total"], StringComparer.Ordinal), heads);
    }

    [Fact]
    public async Task Requests_are_counted_by_method_route_and_status_and_refusals_by_code()
    {
        await gateway.Get("/v1/kv/metrics/absent").Problem(404, "not-found");
        await gateway.Get("/v1/kv/metrics/absent-too").Problem(404, "not-found");
        const string labels = "method=\"GET\",route=\"/v1/kv/{**key}\",status=\"404\"";
        var counted = await Value($"http_server_request_duration_seconds_count{{{labels}}}");
        Assert.True(counted >= 2);
        Assert.Equal(counted, await Value($"http_server_request_duration_seconds_bucket{{{labels},le=\"+Inf\"}}"));
        Assert.True(await Value($"http_server_request_duration_seconds_sum{{{labels}}}") > 0);
        Assert.True(await Value("kv_api_refused_total{code=\"not-found\"}") >= 2);
    }

    [Fact]
    public async Task Every_replica_of_every_shard_has_its_numbers()
    {
        var key = ShardedGateway.KeyOn(2, "metrics-");
        await gateway.Put("/v1/kv/" + key, "x").Is(HttpStatusCode.Created);
        Assert.Equal(1, await Value("kv_shard_has_quorum{shard=\"2\"}"));

        // A status is that of the last tick.
        while (await Value("kv_replica_executed{shard=\"2\",replica=\"0\"}") < 1) TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        await gateway.Fault(3, "stop", shard: 2);
        Assert.Equal(0, await Value("kv_replica_running{shard=\"2\",replica=\"3\"}"));
        Assert.Equal(1, await Value("kv_replica_running{shard=\"1\",replica=\"3\"}"));
        await gateway.Fault(3, "start", shard: 2);
    }

    [Fact]
    public void A_label_is_escaped()
    {
        var text = new PrometheusText();
        text.Sample("name", 0.1, ("label", "a\"b\\c\nd"));
        Assert.Equal("name{label=\"a\\\"b\\\\c\\nd\"} 0.1\n", text.ToString());
    }

    [Fact]
    public void Durations_fall_into_the_bucket_whose_bound_they_do_not_exceed()
    {
        var histogram = new DurationHistogram();
        foreach (var seconds in (double[])[0, 0.0005, 0.0006, 60, 61]) histogram.Add(seconds);
        Assert.Equal((2L, 1L), (histogram.CountOf(0), histogram.CountOf(1)));
        Assert.Equal((1L, 1L), (histogram.CountOf(DurationHistogram.Bounds.Length - 1), histogram.CountOf(DurationHistogram.Bounds.Length)));
        Assert.Equal(121.0011, histogram.Sum, precision: 6);
    }

    private async Task<double> Value(string sample)
    {
        var body = await gateway.Get("/metrics").Body();
        var line = body.Split('\n').SingleOrDefault(line => line.StartsWith(sample + " ", StringComparison.Ordinal));
        return line is null ? throw new InvalidOperationException($"{sample} is not in\n{body}") : double.Parse(line[(sample.Length + 1)..], CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("^# (?<kind>HELP|TYPE) (?<name>[a-z_]+) .+$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Head();

    [GeneratedRegex("^(?<name>[a-z_]+)(\\{[a-z]+=\"[^\"]*\"(,[a-z]+=\"[^\"]*\")*\\})? (?<value>\\S+)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sample();
}
