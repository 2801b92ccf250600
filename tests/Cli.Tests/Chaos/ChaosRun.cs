using System.Diagnostics;
using System.Globalization;

namespace KvStore.Cli.Tests.Chaos;

/// <summary>A pool under the load of all its clients, what they saw, and the judgement of that. Its time is limited.</summary>
internal sealed class ChaosRun(ITestOutputHelper output) : IDisposable
{
    // Writes between two events: enough that every gateway has served some.
    private const int BetweenEvents = 300;
    private const int BetweenLooks = 20;

    private readonly CancellationTokenSource _time = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly HttpClient _http = new();

    /// <summary>The pool.</summary>
    public ProcessPool Pool { get; } = new();

    /// <summary>Where what was seen is written.</summary>
    public ITestOutputHelper Output => output;

    /// <summary>How long clients that know one gateway only wait for it; null for as long as the client does by itself.</summary>
    public TimeSpan? Patience { get; init; }

    /// <summary>When service was due.
    public ServiceTimes Service { get; } = new();

    /// <summary>The end of the time.</summary>
    public CancellationToken Cancel => _time.Token;

    /// <summary>What the clients saw.</summary>
    public ChaosHistory History { get; } = new();

    /// <summary>Makes a pool, starts it, lets events happen under load, and looks at it afterwards: what clients saw must be what one correct register a key shows.</summary>
    /// <param name="limit">The most time that all of it may take.</param>
    /// <param name="shards">How many shards the pool has.</param>
    /// <param name="start">Starts its nodes.</param>
    /// <param name="events">What happens under load.</param>
    /// <param name="look">Looks at it when the load has ended.</param>
    public async Task RunAsync(TimeSpan limit, int shards, Func<Task> start, Func<Task> events, Func<ChaosLoad, Task> look)
    {
        _time.CancelAfter(limit);
        await Pool.Generate(ChaosLoad.Clients, shards);
        await start();
        using var load = new ChaosLoad(Pool, History, Patience);
        try
        {
            await WritesAsync();
            Service.Begin(ChaosHistory.Now);
            await events();
            Service.End(ChaosHistory.Now);
            await load.StopAsync(Cancel);
            await look(load);
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.IAssertionException)
        {
            Assert.Fail($"{exception.Message}\n{Summary()}\n{Pool.Logs()}");
        }

        Output.WriteLine(Summary());
        var violations = ChaosCheck.Violations(History.Operations);
        Assert.True(violations.Count == 0, $"{string.Join('\n', violations)}\n{Summary()}\n{Pool.Logs()}");
    }

    /// <summary>Time goes by in acknowledged writes, so that a slow machine sees the same as a fast one.</summary>
    public Task WritesAsync() => History.Acknowledged(BetweenEvents, Cancel);

    /// <summary>Returns when a node takes part. Only then may the next one die: one that catches up counts among the f that may fail.</summary>
    public async Task ReadyAsync(int node)
    {
        while (true)
        {
            using var answer = await _http.GetAsync(new Uri($"{Pool.UrlOf(node)}/readyz"), Cancel);
            if (answer.IsSuccessStatusCode) return;
            await History.Acknowledged(BetweenLooks, Cancel);
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _time.Dispose();
        Pool.Dispose();
    }

    private string Summary()
    {
        var operations = History.Operations;
        var (gap, at) = Service.LongestGap(operations);
        var problems = operations.Where(operation => operation.Problem is not null).GroupBy(operation => $"{operation.Deed} {operation.Fate} {operation.Problem}", StringComparer.Ordinal);
        var longest = operations.Where(operation => operation.IsAcknowledgedWrite).Select(operation => operation.Answered - operation.Invoked).DefaultIfEmpty().Max();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{operations.Count} operations, {operations.Count(operation => operation.IsAcknowledgedWrite)} writes acknowledged; longest time without service while three run {gap.TotalSeconds:0.00} s, {at.TotalSeconds:0.0} s after the beginning; slowest write {Stopwatch.GetElapsedTime(0, longest).TotalSeconds:0.00} s; {string.Join(", ", problems.Select(problem => $"{problem.Key}: {problem.Count()}"))}");
    }
}
