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

    private static readonly TimeSpan _gapMax = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(3);

    private readonly ChaosRun _run = new(output);

    /// <summary>How long the long form is to take; null for the short one.</summary>
    internal static int? Seconds => int.TryParse(Environment.GetEnvironmentVariable("KV_CHAOS_SECONDS"), NumberStyles.None, null, out var seconds) ? seconds : null;

    private ProcessPool Pool => _run.Pool;

    public void Dispose() => _run.Dispose();

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
        Assert.True(_run.Service.LongestGap(_run.History.Operations).Gap <= _gapMax, "There was no service for too long.");
    }

    [Fact]
    public async Task A_node_whose_data_was_removed_catches_up_under_load_and_has_the_state_that_the_others_have()
    {
        await RunAsync(_limit, async () =>
        {
            await _run.WritesAsync();
            await Pool.Process(3).Kill();
            Directory.Delete(Path.Combine(Pool.DirectoryOf(3), "data"), recursive: true);
            await _run.WritesAsync();
            await Pool.Start(3);
            await _run.ReadyAsync(3);
            await _run.WritesAsync();
        });
    }

    private Task RunAsync(TimeSpan limit, Func<Task> events) => _run.RunAsync(limit, Shards, Pool.StartAll, events, async load =>
    {
        await load.ReadAllAsync(Enumerable.Range(0, ProcessPool.Nodes));
        await AgreeAsync();
    });

    private async Task KillOneAsync(int node)
    {
        await Pool.Process(node).Kill();
        await _run.WritesAsync();
        await Pool.Start(node);
        await _run.ReadyAsync(node);
        await _run.WritesAsync();
    }

    private async Task KillAllAsync()
    {
        _run.Service.End(ChaosHistory.Now);
        await Pool.KillAll();
        var dead = Stopwatch.GetTimestamp();
        await Pool.StartAll();
        _run.Service.Begin(ChaosHistory.Now);
        _run.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"all killed: they listen again after {Stopwatch.GetElapsedTime(dead).TotalSeconds:0.0} s"));
        await _run.History.Acknowledged(1, _run.Cancel);
        _run.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"all killed: a write is acknowledged after {Stopwatch.GetElapsedTime(dead).TotalSeconds:0.0} s"));
        for (var node = 0; node < ProcessPool.Nodes; node++) await _run.ReadyAsync(node);
        await _run.WritesAsync();
    }

    // With no load any more the nodes come to the same checkpoint; whoever has another state there lies or is damaged.
    private async Task AgreeAsync()
    {
        while (true)
        {
            var run = await Kv.RunWith(new Surroundings { Url = Pool.UrlOf(0) }, "status", "-o", "json");
            Assert.True(run.ExitCode == ExitCodes.Ok, $"{run.Error}\n{Pool.Logs()}");
            using var status = JsonDocument.Parse(run.Output);
            var replicas = status.RootElement.GetProperty("nodes").EnumerateArray().SelectMany(OwnReplicas).ToList();
            var states = replicas.ConvertAll(each => (each.Shard, Checkpoint: each.Replica.GetProperty("stableCheckpoint").GetUInt64(), Root: each.Replica.GetProperty("stateRoot").GetString()));
            if (states.Count == Shards * ProcessPool.Nodes && states.Distinct().Count() == Shards && states.TrueForAll(state => state.Checkpoint > 0)) return;
            _run.Cancel.ThrowIfCancellationRequested();
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
}
