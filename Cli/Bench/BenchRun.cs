using KvStore.Cli.Bench.Loads;
using KvStore.Cli.Bench.Measuring;
using KvStore.Cli.Bench.Targets;
using KvStore.Cli.Bench.Workloads;

namespace KvStore.Cli.Bench;

/// <summary>What came out of a run.</summary>
/// <param name="Total">What all clients recorded.</param>
/// <param name="Seconds">How long the measured time was.</param>
/// <param name="Samples">What was going on in each interval.</param>
/// <param name="Lags">Open loop: how much later than due operations were begun.</param>
/// <param name="SignedAhead">Operations that were made ready before the measured time.</param>
/// <param name="SignedInside">Below HTTP: operations that were signed in the measured time.</param>
internal sealed record BenchResult(
    Recorder Total, double Seconds, IReadOnlyList<Sample> Samples, LatencyHistogram? Lags, long SignedAhead, long? SignedInside);

/// <summary>One run: loads the keys, lets the clients loose, and gathers what they recorded.</summary>
internal sealed class BenchRun(BenchSettings settings, IBenchTarget target, IBenchClock clock, Action<Sample> onSample)
{
    /// <summary>How many operations are under way while the keys are loaded.</summary>
    public const int LoadingClients = 64;

    private const long NanosecondsPerMicrosecond = 1000;
    private const double NanosecondsPerSecond = 1e9;

    // A request is refused when it is older than five minutes, so what is signed ahead must be used up before.
    private static readonly TimeSpan _signAheadTimeMax = TimeSpan.FromMinutes(4);
    private const long SignAheadMax = 600_000;

    /// <summary>Runs.</summary>
    /// <param name="verifications">V, which no throughput of signed requests can exceed: it bounds what is worth signing ahead.</param>
    /// <param name="cancel">Ends the run.</param>
    /// <exception cref="Failure">The keys could not be loaded.</exception>
    public async Task<BenchResult> RunAsync(double verifications, CancellationToken cancel)
    {
        var plan = settings.NewPlan();
        if (settings.Workload.NeedsLoadedKeys) await LoadAsync(plan, cancel);
        var clients = Enumerable.Range(0, settings.Clients).Select(client => target.NewClient(new OperationStream(plan, client))).ToList();
        var ahead = settings.SignAhead ? await SignAheadAsync([.. clients.OfType<DriverClient>()], verifications, cancel) : 0;
        GC.Collect(); // What loading and signing left behind is not the measured time's to collect.

        var begin = clock.Now;
        var window = WindowFrom(begin);
        var workers = clients.Select(client => new Worker(client, new Recorder(window))).ToList();
        var sampler = new Sampler([.. workers.Select(worker => worker.Recorder)], window, Nanoseconds(settings.Interval), clock, onSample);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var sampling = sampler.RunAsync(begin, ended.Token);
        var lags = await LoopAsync(workers, window, begin, cancel);
        await ended.CancelAsync();
        await sampling;

        var total = new Recorder(window);
        foreach (var worker in workers) total.Add(worker.Recorder);
        var end = settings.Operations is null ? window.End : total.LastEnd;
        var inside = clients.OfType<DriverClient>().ToList();
        return new BenchResult(
            total, (end - window.Begin) / NanosecondsPerSecond, sampler.Samples, lags, ahead, inside.Count == 0 ? null : inside.Sum(client => client.SignedInside));
    }

    private async Task<LatencyHistogram?> LoopAsync(IReadOnlyList<Worker> workers, Window window, long begin, CancellationToken cancel)
    {
        if (settings.Rate is { } rate)
        {
            var arrivals = settings.EvenArrivals ? Arrivals.Uniform(rate, begin) : Arrivals.Poisson(rate, begin, settings.Seed);
            return await OpenLoop.RunAsync(workers, window, arrivals, clock, cancel);
        }

        await ClosedLoop.RunAsync(workers, window.End, settings.Operations, clock, cancel);
        return null;
    }

    private Window WindowFrom(long begin)
    {
        if (settings.Operations is not null) return new Window(begin, long.MaxValue);
        var measured = begin + Nanoseconds(settings.Warmup);
        return new Window(measured, measured + Nanoseconds(settings.Duration));
    }

    private async Task LoadAsync(WorkloadPlan plan, CancellationToken cancel)
    {
        var count = (int)Math.Min(LoadingClients, plan.Keys.Initial);
        var window = new Window(0, long.MaxValue);
        var workers = Enumerable.Range(0, count)
            .Select(client => new Worker(target.NewClient(new LoadingSource(plan, client, count)), new Recorder(window)))
            .ToList();
        await ClosedLoop.RunAsync(workers, window.End, plan.Keys.Initial, clock, cancel);
        var errors = workers.SelectMany(worker => worker.Recorder.Errors).ToList();
        if (errors.Count > 0)
        {
            throw new Failure(ExitCodes.Error, $"{errors.Sum(error => error.Value)} of {plan.Keys.Initial} keys could not be loaded: {errors[0].Key}.",
                "'kv status' shows whether the gateway has a quorum. Fewer keys: --keys.");
        }
    }

    private async Task<long> SignAheadAsync(IReadOnlyList<DriverClient> clients, double verifications, CancellationToken cancel)
    {
        if (clients.Count == 0) return 0;
        var time = settings.Warmup + settings.Duration;
        if (time > _signAheadTimeMax) time = _signAheadTimeMax;
        var wanted = settings.Operations ?? (long)(Math.Min(verifications, settings.Rate ?? verifications) * time.TotalSeconds);
        var each = (int)((Math.Min(wanted, SignAheadMax) + clients.Count - 1) / clients.Count);
        await Parallel.ForEachAsync(clients, cancel, (client, _) =>
        {
            client.SignAhead(each);
            return ValueTask.CompletedTask;
        });
        return (long)each * clients.Count;
    }

    private static long Nanoseconds(TimeSpan time) => (long)(time.TotalMicroseconds * NanosecondsPerMicrosecond);
}
