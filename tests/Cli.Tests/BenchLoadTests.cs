using KvStore.Cli.Bench.Loads;
using KvStore.Cli.Bench.Measuring;
using KvStore.Cli.Bench.Workloads;

namespace KvStore.Cli.Tests;

public sealed class BenchLoadTests
{
    private const long Millisecond = 1_000_000;
    private const long Second = 1000 * Millisecond;

    private readonly FakeClock _clock = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stall_of_the_service_is_seen_by_every_operation_that_was_due_in_it()
    {
        // A thousand a second for two seconds; the first operation takes a second, the others nothing.
        var worker = NewWorker(new Window(0, 2 * Second), count => (count == 0 ? Second : 0, null));
        var lags = await OpenLoop.RunAsync([worker], new Window(0, 2 * Second), Arrivals.Uniform(1000, 0), _clock, Cancel);

        var latencies = worker.Recorder.Latencies[OperationKind.Put];
        Assert.Equal(2000, latencies.Count);
        Assert.Equal(Second, latencies.Max);
        Assert.Equal(0, latencies.Quantile(0.49));
        InRange(latencies.Quantile(0.75), Second / 2);
        InRange(latencies.Quantile(0.99), 980 * Millisecond);
        Assert.Equal(999 * Millisecond, lags.Max);
        Assert.Equal(2000, worker.Recorder.CompletedInside);
    }

    [Fact]
    public async Task A_closed_loop_sees_the_same_stall_once_which_is_why_there_is_an_open_one()
    {
        var window = new Window(0, 2 * Second);
        var worker = NewWorker(window, count => (count == 0 ? Second : Millisecond, null));
        await ClosedLoop.RunAsync([worker], window.End, null, _clock, Cancel);

        var latencies = worker.Recorder.Latencies[OperationKind.Put];
        Assert.Equal(1001, latencies.Count);
        InRange(latencies.Quantile(0.99), Millisecond);
        Assert.Equal(Second, latencies.Max);
    }

    [Fact]
    public async Task What_was_due_and_never_begun_is_not_passed_over()
    {
        // A hundred are due, ten of which there is time for.
        var window = new Window(0, Second);
        var worker = NewWorker(window, _ => (100 * Millisecond, null));
        await OpenLoop.RunAsync([worker], window, Arrivals.Uniform(100, 0), _clock, Cancel);

        Assert.Equal(10, worker.Recorder.Latencies[OperationKind.Put].Count);
        Assert.Equal(90, worker.Recorder.Errors[OpenLoop.NotStarted]);
    }

    [Fact]
    public async Task Warming_up_is_not_measured_and_what_ends_late_is()
    {
        // Operations of 400 ms from 0, 400, 800, … on, measured from 1 s to 2 s: 1.2 s and 1.6 s begin inside, 0.8 s and 1.2 s and the one of 1.6 s end inside or at its end.
        var window = new Window(Second, 2 * Second);
        var worker = NewWorker(window, _ => (400 * Millisecond, null));
        await ClosedLoop.RunAsync([worker], window.End, null, _clock, Cancel);

        Assert.Equal(5, worker.Recorder.Completed);
        Assert.Equal(2, worker.Recorder.CompletedInside);
        Assert.Equal(2, worker.Recorder.Latencies[OperationKind.Put].Count);
        Assert.Equal(2 * Second, worker.Recorder.LastEnd);
    }

    [Fact]
    public async Task Errors_are_counted_by_kind_and_are_no_throughput()
    {
        var window = new Window(0, Second);
        var worker = NewWorker(window, count => (100 * Millisecond, (count % 3) switch { 0 => "busy", 1 => "no-quorum", _ => null }));
        await ClosedLoop.RunAsync([worker], window.End, null, _clock, Cancel);

        Assert.Equal([KeyValuePair.Create("busy", 4L), KeyValuePair.Create("no-quorum", 3L)], worker.Recorder.Errors);
        Assert.Equal(3, worker.Recorder.Completed);
        Assert.Equal(3, worker.Recorder.Latencies[OperationKind.Put].Count);
    }

    [Fact]
    public async Task A_number_of_operations_is_shared_out_among_the_clients_to_the_last_one()
    {
        var window = new Window(0, long.MaxValue);
        var workers = Enumerable.Range(0, 3).Select(_ => NewWorker(window, _ => (0, null))).ToList();
        await ClosedLoop.RunAsync(workers, window.End, 11, _clock, Cancel);
        Assert.Equal([4, 4, 3], workers.Select(worker => worker.Recorder.Completed));
    }

    [Fact]
    public async Task A_client_that_breaks_ends_the_open_loop()
    {
        var window = new Window(0, Second);
        var worker = NewWorker(window, _ => throw new InvalidOperationException("broken"));
        var failure = await Assert.ThrowsAsync<AggregateException>(() => OpenLoop.RunAsync([worker], window, Arrivals.Uniform(100, 0), _clock, Cancel));
        Assert.Equal("broken", failure.InnerException!.Message);
    }

    [Fact]
    public void Poisson_arrivals_have_the_rate_asked_for_and_gaps_that_are_exponential()
    {
        var arrivals = Arrivals.Poisson(1000, 0, seed: 1);
        var moments = Enumerable.Range(0, 50_000).Select(_ => arrivals.Next()).ToList();
        var gaps = moments.Zip(moments.Skip(1), (one, next) => (next - one) / (double)Millisecond).ToList();
        Assert.Equal(1, gaps.Average(), tolerance: 0.02);

        // Memoryless: the share of gaps beyond t is e^-t.
        Assert.Equal(Math.Exp(-1), gaps.Count(gap => gap > 1) / (double)gaps.Count, tolerance: 0.01);
        Assert.Equal(Math.Exp(-3), gaps.Count(gap => gap > 3) / (double)gaps.Count, tolerance: 0.01);

        var again = Arrivals.Poisson(1000, 0, seed: 1);
        Assert.Equal(moments.Take(100), Enumerable.Range(0, 100).Select(_ => again.Next()));
    }

    private Worker NewWorker(Window window, Func<int, (long Nanoseconds, string? Error)> behaviour) =>
        new(new FakeClient(_clock, behaviour), new Recorder(window));

    private static void InRange(long actual, long expected) => Assert.InRange(actual, expected, expected + (expected / 100));
}
