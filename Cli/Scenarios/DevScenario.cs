using KvStore.Api;
using KvStore.Protocol;
using KvStore.Replication.Faults;
using KvStore.Replication.InProcess;
using KvStore.Simulator.Scenarios;

namespace KvStore.Cli.Scenarios;

/// <summary>
/// <c>kv dev --scenario</c>: a development cluster whose replicas fail as a scenario says. Its workloads are run through the gateway, and what came of everything is
/// reported; then the cluster stays, its failures armed, unless it is to end with the workloads.
/// </summary>
/// <param name="scenario">The scenario.</param>
/// <param name="terminal">Where to report.</param>
internal sealed class DevScenario(ScenarioFile scenario, Terminal terminal)
{
    private static readonly TimeSpan _settleMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _lookInterval = TimeSpan.FromMilliseconds(100);

    private readonly TaskCompletionSource<InProcessCluster> _cluster = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<int> _reported = [];

    /// <summary>Runs until the process is told to end or, when it is to run once, until the workloads are over.</summary>
    /// <param name="options">How the gateway is to run; how many replicas there are is the scenario's matter.</param>
    /// <param name="once">Whether it ends with the workloads.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>The exit code: 0, or 1 when it can't serve or something was not as the scenario says.</returns>
    public async Task<int> RunAsync(ApiOptions options, bool once, CancellationToken cancel)
    {
        var engine = new ScenarioEngine(scenario, Crash);
        using var workloads = new DevWorkloads(scenario, engine);
        await using var host = await ApiHost.TryStartAsync(OptionsOf(options, engine), cancel);
        if (host?.OwnCluster is not { } cluster) return ExitCodes.Error;
        _cluster.SetResult(cluster);
        await terminal.Error.WriteLineAsync($"{scenario.File}: {scenario.Replicas} replicas, {scenario.Failures.Length} failures armed at {host.Address}");
        var passed = await FinishAsync(engine, cluster, workloads, host.Address, cancel);
        if (!once) await WatchAsync(engine, host, cancel);
        return passed ? ExitCodes.Ok : ExitCodes.Error;
    }

    private async Task<bool> FinishAsync(ScenarioEngine engine, InProcessCluster cluster, DevWorkloads workloads, Uri gateway, CancellationToken cancel)
    {
        if (scenario.Workloads.IsEmpty) return true;
        var wrong = new List<string>();
        await foreach (var line in workloads.RunAsync(gateway, wrong, cancel)) await terminal.WriteLineAsync(line);
        await SettleAsync(engine, cancel);
        await ReportFiredAsync(engine);
        wrong.AddRange(engine.Judge());
        wrong.AddRange(await workloads.JudgeValuesAsync(gateway, cancel));
        wrong.AddRange(JudgeCounts(cluster, workloads.Answers));
        foreach (var each in wrong) await terminal.WriteLineAsync($"wrong   {each}");
        await terminal.WriteLineAsync($"{workloads.Answers} answers, {wrong.Count} wrong");
        return wrong.Count == 0;
    }

    // What nobody waits for takes time of its own: checkpoints, transfers of state.
    private static async Task SettleAsync(ScenarioEngine engine, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(_lookInterval);
        for (var left = _settleMax; left > TimeSpan.Zero && !engine.AllFired; left -= _lookInterval) await timer.WaitForNextTickAsync(cancel);
    }

    private async Task WatchAsync(ScenarioEngine engine, ApiHost host, CancellationToken cancel)
    {
        var end = host.WaitForShutdownAsync(cancel);
        using var timer = new PeriodicTimer(_lookInterval);
        while (!end.IsCompleted)
        {
            await Task.WhenAny(end, timer.WaitForNextTickAsync(CancellationToken.None).AsTask());
            await ReportFiredAsync(engine);
        }

        await end;
    }

    private async Task ReportFiredAsync(ScenarioEngine engine)
    {
        for (var i = 0; i < engine.Failures.Count; i++)
        {
            if (engine.Failures[i].Fired > 0 && _reported.Add(i)) await terminal.WriteLineAsync($"failed  {engine.Failures[i].Script}");
        }
    }

    // What only the simulator sees is not counted here.
    private IEnumerable<string> JudgeCounts(InProcessCluster cluster, int answers)
    {
        var statuses = cluster.Groups[0].Statuses;
        foreach (var expected in scenario.ExpectedCounts)
        {
            long? counted = expected.Measure switch
            {
                "answers" => answers,
                "view_changes" => (long)statuses.Max(status => status.View),
                "rejections" => statuses.Sum(status => status.Rejections.Values.Sum()),
                "evidence" => cluster.Groups[0].Evidence.Records.Select(record => record.Replica).Distinct().Count(),
                _ => null,
            };
            if (counted is { } number && !expected.Holds(number)) yield return $"line {expected.Line}: expected {expected}, and there were {number}";
        }
    }

    private ApiOptions OptionsOf(ApiOptions options, ScenarioEngine engine) => options with
    {
        Shards = 1,
        Replicas = scenario.Replicas,
        Consensus = ConsensusOf(new ConsensusConfig()),
        Faults = new SortedDictionary<int, FaultsByDesign>(engine.Replicas.ToDictionary(replica => replica, replica => FaultsOf(engine, replica))),
    };

    private ConsensusConfig ConsensusOf(ConsensusConfig consensus)
    {
        if (scenario.CheckpointInterval is { } interval) consensus = consensus with { CheckpointInterval = interval, PipelineDepth = Math.Min(consensus.PipelineDepth, interval) };
        return scenario.SuspicionTimeout is { } timeout ? consensus with { RequestTimeoutTicks = (ulong)(timeout / consensus.TickMilliseconds) } : consensus;
    }

    private static FaultsByDesign FaultsOf(ScenarioEngine engine, int replica) =>
        new([.. engine.Failures.Where(failure => failure.Script.Replica == replica).Select(failure => failure.Script.Text)], engine.TamperOf);

    // Asked from the replica's own thread, which cannot wait for its own end.
    private void Crash(ReplicaId replica, Action down) => _ = Task.Run(async () =>
    {
        (await _cluster.Task).Groups[0].StopReplica(replica.Index);
        down();
    });
}
