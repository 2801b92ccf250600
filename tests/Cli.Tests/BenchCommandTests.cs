using System.Text.Json;
using KvStore.Cli.Bench.Measuring;
using KvStore.Cli.Bench.Plotting;
using KvStore.Cli.Bench.Reports;

namespace KvStore.Cli.Tests;

public sealed class BenchCommandTests(Kv kv) : IClassFixture<Kv>
{
    [Fact]
    public async Task The_report_is_JSON_with_everything_that_a_figure_needs_to_be_judged()
    {
        var run = await Kv.RunWith(new Surroundings(), "bench", "--driver", "--operations", "300", "--clients", "4", "--verification", "20ms", "-o", "json");
        Assert.True(run.ExitCode == 0, run.Error);
        using var json = JsonDocument.Parse(run.Output);
        var root = json.RootElement;
        Assert.Equal(300, root.GetProperty("operations").GetInt64());
        Assert.True(root.GetProperty("throughput").GetDouble() > 0);
        var latency = root.GetProperty("latency");
        Assert.Equal(300, latency.GetProperty("count").GetInt64());
        var ordered = new[] { "p50Microseconds", "p99Microseconds", "p999Microseconds", "maxMicroseconds" }.Select(name => latency.GetProperty(name).GetDouble());
        Assert.Equal(ordered.Order(), ordered);
        Assert.Equal(300, root.GetProperty("latencyByKind").GetProperty("put").GetProperty("count").GetInt64());
        Assert.Empty(root.GetProperty("errors").EnumerateObject());
        var verification = root.GetProperty("verification");
        Assert.Equal(root.GetProperty("throughput").GetDouble() / verification.GetProperty("mean").GetDouble(), verification.GetProperty("ratio").GetDouble(), 6);
        Assert.Equal(0, root.GetProperty("signing").GetProperty("signedInside").GetInt64());
        Assert.Equal("put", root.GetProperty("workload").GetProperty("name").GetString());
        Assert.Equal(4, root.GetProperty("target").GetProperty("replicas").GetInt32());
        Assert.Equal(JsonValueKind.Array, root.GetProperty("samples").ValueKind);
        Assert.False(root.TryGetProperty("lag", out _));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("d")]
    [InlineData("e")]
    [InlineData("f")]
    [InlineData("bcr")]
    public async Task Every_mix_runs_below_HTTP_without_an_error(string workload)
    {
        var run = await Kv.RunWith(
            new Surroundings(),
            "bench", "--driver", "--workload", workload, "--operations", "400", "--keys", "100", "--clients", "4", "--shards", "2", "--verification", "5ms", "-o", "json");
        Assert.True(run.ExitCode == 0, run.Error);
        using var json = JsonDocument.Parse(run.Output);
        Assert.Empty(json.RootElement.GetProperty("errors").EnumerateObject());
        Assert.Equal(400, json.RootElement.GetProperty("operations").GetInt64());
    }

    [Theory]
    [InlineData("put")]
    [InlineData("d")]
    [InlineData("e")]
    [InlineData("f")]
    [InlineData("bcr")]
    public async Task Every_mix_runs_through_HTTP_without_an_error(string workload)
    {
        var run = await Kv.RunWith(
            new Surroundings(),
            "bench", "--workload", workload, "--operations", "200", "--keys", "50", "--clients", "4", "--shards", "2", "--verification", "5ms", "-o", "json");
        Assert.True(run.ExitCode == 0, run.Error);
        using var json = JsonDocument.Parse(run.Output);
        Assert.Empty(json.RootElement.GetProperty("errors").EnumerateObject());
        Assert.Equal(200, json.RootElement.GetProperty("operations").GetInt64());
        Assert.Equal("by the clients, inside the measurement", json.RootElement.GetProperty("signing").GetProperty("where").GetString());
    }

    [Fact]
    public async Task A_gateway_that_runs_already_is_measured_by_its_address()
    {
        var run = await kv.Run("bench", "--url", kv.Address.ToString(), "--operations", "50", "--clients", "2", "--verification", "5ms", "--unsigned", "-o", "markdown");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(3, run.Lines.Length);
        Assert.StartsWith("| workload | target |", run.Lines[0], StringComparison.Ordinal);
        Assert.StartsWith($"| put | {kv.Address} |", run.Lines[2], StringComparison.Ordinal);
        Assert.All(run.Lines, line => Assert.Equal(13, line.Count(letter => letter == '|')));
    }

    [Fact]
    public async Task The_load_may_be_signed_with_a_key_from_a_file()
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json");
        try
        {
            Assert.Equal(ExitCodes.Ok, (await kv.Run("key", "new", "-f", file)).ExitCode);
            var run = await kv.Run("bench", "--url", kv.Address.ToString(), "--key", file, "--operations", "20", "--clients", "2", "--verification", "5ms");
            Assert.True(run.ExitCode == 0, run.Error);
            Assert.Contains("by the clients", run.Output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }

        var lost = await kv.Run("bench", "--url", kv.Address.ToString(), "--key", file, "--verification", "5ms");
        Assert.Equal(ExitCodes.Error, lost.ExitCode);
    }

    [Theory]
    [InlineData("local")]
    [InlineData("certified")]
    public async Task Reads_are_as_fresh_as_they_are_asked_to_be(string consistency)
    {
        var run = await Kv.RunWith(
            new Surroundings(),
            "bench", "--driver", "--workload", "get", "--consistency", consistency, "--operations", "100", "--keys", "10", "--verification", "5ms");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains($"{consistency} reads", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_table_says_what_was_measured_and_that_an_open_loop_counts_from_when_operations_were_due()
    {
        var run = await Kv.RunWith(
            new Surroundings(), "bench", "--driver", "--rate", "200", "--duration", "300ms", "--warmup", "0s", "--verification", "5ms", "--presign", "false");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("open loop, 200 operations a second (poisson)", run.Output, StringComparison.Ordinal);
        Assert.Contains("(begun late by)", run.Output, StringComparison.Ordinal);
        Assert.Contains("inside the measurement", run.Output, StringComparison.Ordinal);
        Assert.Contains("throughput / V", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Samples_go_to_a_file_and_the_file_becomes_a_plot()
    {
        var csv = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.csv");
        try
        {
            await Kv.RunWith(
                new Surroundings(),
                "bench", "--driver", "--duration", "300ms", "--warmup", "100ms", "--interval", "100ms", "--clients", "2", "--verification", "5ms", "--csv", csv);
            var lines = await File.ReadAllLinesAsync(csv, TestContext.Current.CancellationToken);
            Assert.Equal(SampleCsv.Header, lines[0]);
            Assert.InRange(lines.Length, 4, 5);

            var plot = await Kv.RunWith(new Surroundings(), "bench", "plot", csv);
            Assert.True(plot.ExitCode == 0, plot.Error);
            var svg = System.Xml.Linq.XDocument.Parse(plot.Output);
            Assert.Equal("svg", svg.Root!.Name.LocalName);
            Assert.Equal(5, svg.Root.Elements().Count(element => element.Name.LocalName == "polyline"));
        }
        finally
        {
            File.Delete(csv);
        }
    }

    [Fact]
    public void A_sample_reads_back_as_it_was_written()
    {
        var sample = new Sample(1.5, Measured: true, 100, 200.5, 64.25, 12.5, 3, 2, 1, 1024, 55.5);
        var columns = SampleCsv.TryRead([SampleCsv.Header, SampleCsv.LineOf(sample)])!;
        Assert.Equal([1.5], columns["seconds"]);
        Assert.Equal([200.5], columns["operations_per_second"]);
        Assert.Equal([1024.0], columns["allocated_bytes_per_operation"]);
        Assert.Null(SampleCsv.TryRead([]));
        Assert.Null(SampleCsv.TryRead(["a,b", "1"]));
        Assert.Null(SampleCsv.TryRead(["a", "x"]));
    }

    [Fact]
    public void A_scale_ends_at_a_round_number_that_holds_the_value()
    {
        Assert.Equal([1, 1, 2, 4, 5, 8, 10, 4000], new double[] { 0, 1, 1.5, 2.1, 4.5, 6, 9, 2345 }.Select(SvgPlot.RoundUp));
    }

    [Theory]
    [InlineData("--clients", "0")]
    [InlineData("--duration", "soon")]
    [InlineData("--duration", "0s")]
    [InlineData("--workload", "z")]
    [InlineData("--rate", "0")]
    [InlineData("--value-size", "-1")]
    [InlineData("--presign", "true")]
    [InlineData("--url", "nowhere")]
    [InlineData("--shards", "0")]
    [InlineData("--etcd", "nowhere")]
    public async Task What_makes_no_sense_is_refused_before_anything_runs(string option, string value)
    {
        var run = await Kv.RunWith(new Surroundings(), "bench", option, value);
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Equal("", run.Output);
    }

    [Fact]
    public async Task A_file_without_samples_is_no_plot()
    {
        var run = await Kv.RunWith(new Surroundings(), "bench", "plot", "/nowhere/at/all.csv");
        Assert.Equal(ExitCodes.Error, run.ExitCode);
        Assert.Contains("kv bench --csv FILE", run.Error, StringComparison.Ordinal);
    }
}
