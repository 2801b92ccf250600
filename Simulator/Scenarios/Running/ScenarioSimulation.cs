using System.Collections.Immutable;
using KvStore.Protocol;
using KvStore.Replication.Faults;

namespace KvStore.Simulator.Scenarios;

/// <summary>
/// Runs scenarios in the simulator: the same run every time. While failures go on, everything must be answered unless more replicas fail than the group bears; then
/// machines that are down start again and omissions end, as after the faults of a seed, and every promise is checked.
/// </summary>
public static class ScenarioSimulation
{
    private const int SettleTimeouts = 10;
    private const int SettleTicks = 200;
    private const int TickMilliseconds = 10;

    /// <summary>Runs a scenario.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="trace">Where the lines of the trace go; null for no trace.</param>
    public static ScenarioResult Run(ScenarioFile scenario, Action<string>? trace = null)
    {
        var world = new World((ulong)scenario.Seed, SettingsOf(scenario), trace);
        var shard = world.Shards[0];
        var engine = new ScenarioEngine(scenario, (replica, down) => world.Queue.After(0, () =>
        {
            shard.Machines[replica.Index].Stop(StopKind.PowerCut);
            down();
        }));
        for (var client = 0; client < scenario.Clients; client++) engine.Know(KeyedHash.KeyOf($"client {client}"), client);
        foreach (var machine in engine.Replicas.Select(replica => shard.Machines[replica])) Arm(machine, engine.TamperOf(new LyingMachine(shard, machine)), scenario);
        foreach (var client in world.Clients) client.Gateways = GatewaysOf(scenario);
        var clients = scenario.Workloads.Select(workload => new ScriptedClient(world.Clients[workload.Key], workload.Value)).ToList();
        world.Start();
        RunWithFailures(world, engine, clients, scenario.IsOverwhelmed);
        RunWithoutFaults(world, engine, clients);
        var counts = Count(world);
        return new ScenarioResult(scenario, [.. Judge(scenario, world, engine, clients, counts)], engine.Failures, counts, world.Trace.Hash);
    }

    private static void Arm(Machine machine, IStatementTamper tamper, ScenarioFile scenario)
    {
        machine.OnlyOmits = !scenario.Lying.Contains(machine.Id.Index);
        machine.HasHonestGateway = true;
        machine.Tamper = tamper;
    }

    // A replica tells the others what came of a request where its client waits: through a node that fails, nobody would hear of what this one says.
    private static ImmutableArray<int> GatewaysOf(ScenarioFile scenario) => [.. Enumerable.Range(0, scenario.Replicas).Where(node => !scenario.Failing.Contains(node))];

    private static void RunWithFailures(World world, ScenarioEngine engine, List<ScriptedClient> clients, bool isOverwhelmed)
    {
        if (isOverwhelmed) world.RunUntil(() => HaveEnded(clients), SettleTimeoutTicks(world));
        else LivenessChecker.Require(world, () => HaveEnded(clients), LivenessChecker.BoundOf(world), "operations wait");
        Settle(world, engine, clients);
    }

    private static void RunWithoutFaults(World world, ScenarioEngine engine, List<ScriptedClient> clients)
    {
        engine.EndOmissions();
        foreach (var replica in engine.Replicas.Where(engine.IsCorrectAgain)) world.Shards[0].Machines[replica].Tamper = null;
        world.Heal();
        LivenessChecker.Require(world, () => HaveEnded(clients), LivenessChecker.BoundOf(world), "operations wait");
        LivenessChecker.Finish(world);
        Settle(world, engine, clients);
        LivenessChecker.Finish(world);
    }

    // What has to do with nobody's request takes time of its own: checkpoints, views that open, states that are fetched.
    private static void Settle(World world, ScenarioEngine engine, List<ScriptedClient> clients) =>
        world.RunUntil(() => HaveEnded(clients) && engine.AllFired, SettleTimeoutTicks(world));

    private static long SettleTimeoutTicks(World world) => SettleTicks + SettleTimeouts * (long)world.Settings.Consensus.RequestTimeoutTicks;

    // Each has its turn, whether those before it have ended or not.
    private static bool HaveEnded(List<ScriptedClient> clients) => clients.Count(client => client.Advance()) == clients.Count;

    private static ImmutableSortedDictionary<string, long> Count(World world)
    {
        var shard = world.Shards[0];
        var operations = world.History.Operations;
        return new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["answers"] = operations.Count(operation => operation.Answered is not null),
            ["retries"] = operations.Sum(operation => operation.Attempts - 1),
            ["view_changes"] = shard.Machines.Max(machine => machine.Process?.Driver.Replica is { Active: true } replica ? (long)replica.View.Number : 0),
            ["rejections"] = world.Rejections.Values.Sum(),
            ["evidence"] = shard.Convicted.Count,
            ["state_transfers"] = shard.StateTransfers,
        }.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Judge(
        ScenarioFile scenario, World world, ScenarioEngine engine, List<ScriptedClient> clients, ImmutableSortedDictionary<string, long> counts)
    {
        foreach (var violation in world.Violations.All) yield return violation.ToString();
        foreach (var operation in clients.SelectMany(client => client.Operations).Where(operation => operation.Answered is null)) yield return $"{operation} was never answered";
        foreach (var wrong in engine.Judge()) yield return wrong;
        foreach (var expected in scenario.ExpectedCounts.Where(expected => !expected.Holds(counts[expected.Measure])))
            yield return $"line {expected.Line}: expected {expected}, and there were {counts[expected.Measure]}";
        foreach (var expected in scenario.ExpectedValues)
        {
            var value = world.Shards[0].Oracle.Latest.Keys.GetValueOrDefault(expected.Key)?.Value;
            if (value != expected.Value) yield return expected.Differs(value);
        }
    }

    // Small enough that checkpoints, lagging replicas and transfers of state come about in a few operations.
    private static SwarmSettings SettingsOf(ScenarioFile scenario)
    {
        var interval = scenario.CheckpointInterval ?? 8;
        var settings = new SwarmSettings
        {
            Replicas = scenario.Replicas,
            Consensus = new ConsensusConfig
            {
                TickMilliseconds = TickMilliseconds,
                CheckpointInterval = interval,
                PipelineDepth = Math.Min(4, interval),
                BatchRequestsMax = 8,
                RequestTimeoutTicks = (ulong)((scenario.SuspicionTimeout ?? 300) / TickMilliseconds),
                TimeoutDoublingsMax = 4,
                StatusIntervalTicks = 5,
                IdleCheckpointTicks = 50,
                RetainedBatchesMax = 4,
                SnapshotChunkBytes = 600,
                SnapshotChunksInFlight = 2,
            },
            DelayMin = 1 + scenario.MessageDelay,
            Clients = scenario.Clients,
            OperationsPerClient = 0,
            LostAnswerChance = 0,
        };
        return scenario.ClientTimeout is { } timeout ? settings with { RetryTicks = timeout / TickMilliseconds } : settings;
    }
}
