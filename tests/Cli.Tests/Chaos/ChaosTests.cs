using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace KvStore.Cli.Tests.Chaos;

/// <summary>Nothing else may run beside these tests: they kill processes under load, and one of them looks at the clock.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class ChaosGroup;

/// <summary>Pools of processes whose nodes are killed while clients write and read. The long form: <c>KV_CHAOS_SECONDS=60</c>.</summary>
[Collection<ChaosGroup>]
public sealed class ChaosTests(ITestOutputHelper output) : IDisposable
{
    private const int Shards = 2;

    // Writes between two events: enough that every gateway has served some.
    private const int BetweenEvents = 300;
    private const int BetweenLooks = 20;

    private static readonly TimeSpan _gapMax = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(3);

    private readonly ProcessPool _pool = new();
    private readonly ChaosHistory _history = new();
    private readonly ServiceTimes _service = new();
    private readonly CancellationTokenSource _time = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly HttpClient _http = new();

    private static int? Seconds => int.TryParse(Environment.GetEnvironmentVariable("KV_CHAOS_SECONDS"), NumberStyles.None, null, out var seconds) ? seconds : null;

    public void Dispose()
    {
        _http.Dispose();
        _time.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public async Task What_was_acknowledged_survives_the_death_of_one_node_after_the_other_and_of_all_at_once()
    {
        await RunAsync(_limit, async () =>
        {
            await KillOneAsync(0);
            await KillOneAsync(1);
            await KillAllAsync();
        });
    }

    [Fact]
    public async Task So_it_does_for_longer_and_service_never_stops_for_more_than_three_seconds()
    {
        Assert.SkipUnless(Seconds is not null, "KV_CHAOS_SECONDS=60 runs it.");
        var length = TimeSpan.FromSeconds(Seconds!.Value);
        var begun = Stopwatch.GetTimestamp();
        await RunAsync(_limit + length, async () =>
        {
            for (var node = 0; node < ProcessPool.Nodes; node++) await KillOneAsync(node);
            await KillAllAsync();
            for (var node = 0; Stopwatch.GetElapsedTime(begun) < length; node++) await KillOneAsync(node % ProcessPool.Nodes);
        });
        Assert.True(_service.LongestGap(_history.Operations).Gap <= _gapMax, "There was no service for too long.");
    }

    [Fact]
    public async Task A_node_whose_data_was_removed_catches_up_under_load_and_has_the_state_that_the_others_have()
    {
        await RunAsync(_limit, async () =>
        {
            await _history.Acknowledged(BetweenEvents, _time.Token);
            await _pool.Process(3).Kill();
            Directory.Delete(Path.Combine(_pool.DirectoryOf(3), "data"), recursive: true);
            await _history.Acknowledged(BetweenEvents, _time.Token);
            await _pool.Start(3);
            await ReadyAsync(3);
            await _history.Acknowledged(BetweenEvents, _time.Token);
        });
    }

    // Time goes by in acknowledged writes, so that a slow machine sees the same as a fast one. The limit ends what would never end.
    private async Task RunAsync(TimeSpan limit, Func<Task> events)
    {
        _time.CancelAfter(limit);
        await _pool.Generate(ChaosLoad.Clients, Shards);
        await _pool.StartAll();
        using var load = new ChaosLoad(_pool, _history);
        try
        {
            await _history.Acknowledged(BetweenEvents, _time.Token);
            _service.Begin(ChaosHistory.Now);
            await events();
            _service.End(ChaosHistory.Now);
            await load.StopAsync(_time.Token);
            await load.ReadAllAsync();
            await AgreeAsync();
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.IAssertionException)
        {
            Assert.Fail($"{exception.Message}\n{Summary()}\n{_pool.Logs()}");
        }

        output.WriteLine(Summary());
        var violations = ChaosCheck.Violations(_history.Operations);
        Assert.True(violations.Count == 0, $"{string.Join('\n', violations)}\n{Summary()}\n{_pool.Logs()}");
    }

    private async Task KillOneAsync(int node)
    {
        await _pool.Process(node).Kill();
        await _history.Acknowledged(BetweenEvents, _time.Token);
        await _pool.Start(node);
        await ReadyAsync(node);
        await _history.Acknowledged(BetweenEvents, _time.Token);
    }

    private async Task KillAllAsync()
    {
        _service.End(ChaosHistory.Now);
        await _pool.KillAll();
        var dead = Stopwatch.GetTimestamp();
        await _pool.StartAll();
        _service.Begin(ChaosHistory.Now);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"all killed: they listen again after {Stopwatch.GetElapsedTime(dead).TotalSeconds:0.0} s"));
        await _history.Acknowledged(1, _time.Token);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"all killed: a write is acknowledged after {Stopwatch.GetElapsedTime(dead).TotalSeconds:0.0} s"));
        for (var node = 0; node < ProcessPool.Nodes; node++) await ReadyAsync(node);
        await _history.Acknowledged(BetweenEvents, _time.Token);
    }

    // Only then may the next one die: one that catches up counts among the f that may fail.
    private async Task ReadyAsync(int node)
    {
        while (true)
        {
            using var answer = await _http.GetAsync(new Uri($"{_pool.UrlOf(node)}/readyz"), _time.Token);
            if (answer.IsSuccessStatusCode) return;
            await _history.Acknowledged(BetweenLooks, _time.Token);
        }
    }

    // With no load any more the nodes come to the same checkpoint; whoever has another state there lies or is damaged.
    private async Task AgreeAsync()
    {
        while (true)
        {
            var run = await Kv.RunWith(new Surroundings { Url = _pool.UrlOf(0) }, "status", "-o", "json");
            Assert.True(run.ExitCode == ExitCodes.Ok, $"{run.Error}\n{_pool.Logs()}");
            using var status = JsonDocument.Parse(run.Output);
            var replicas = status.RootElement.GetProperty("nodes").EnumerateArray().SelectMany(OwnReplicas).ToList();
            var states = replicas.ConvertAll(each => (each.Shard, Checkpoint: each.Replica.GetProperty("stableCheckpoint").GetUInt64(), Root: each.Replica.GetProperty("stateRoot").GetString()));
            if (states.Count == Shards * ProcessPool.Nodes && states.Distinct().Count() == Shards && states.TrueForAll(state => state.Checkpoint > 0)) return;
            _time.Token.ThrowIfCancellationRequested();
        }
    }

    private static IEnumerable<(uint Shard, JsonElement Replica)> OwnReplicas(JsonElement node)
    {
        if (!node.TryGetProperty("status", out var status)) yield break;
        foreach (var shard in status.GetProperty("shards").EnumerateArray())
        {
            foreach (var replica in shard.GetProperty("replicas").EnumerateArray())
            {
                if (replica.GetProperty("replica").GetInt32() == node.GetProperty("node").GetInt32() && replica.TryGetProperty("stateRoot", out _))
                    yield return (shard.GetProperty("shard").GetUInt32(), replica.Clone());
            }
        }
    }

    private string Summary()
    {
        var operations = _history.Operations;
        var (gap, at) = _service.LongestGap(operations);
        var problems = operations.Where(operation => operation.Problem is not null).GroupBy(operation => $"{operation.Deed} {operation.Fate} {operation.Problem}", StringComparer.Ordinal);
        var longest = operations.Where(operation => operation.IsAcknowledgedWrite).Select(operation => operation.Answered - operation.Invoked).DefaultIfEmpty().Max();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{operations.Count} operations, {operations.Count(operation => operation.IsAcknowledgedWrite)} writes acknowledged; longest time without service while three run {gap.TotalSeconds:0.00} s, {at.TotalSeconds:0.0} s after the beginning; slowest write {Stopwatch.GetElapsedTime(0, longest).TotalSeconds:0.00} s; {string.Join(", ", problems.Select(problem => $"{problem.Key}: {problem.Count()}"))}");
    }
}
