using System.CommandLine;
using KvStore.Api;
using KvStore.Cli.Nodes;
using KvStore.Cli.Scenarios;
using KvStore.Replication.Faults;

namespace KvStore.Cli.Commands;

/// <summary><c>kv dev</c>: a memory-only cluster and its gateway in this process, the same as running Api.</summary>
internal static class DevCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var urls = new Option<string?>("--urls")
        {
            Description = $"Where to serve; default: the environment's KV_URLS, or {ApiOptions.DefaultUrls}.",
            HelpName = "URLS",
        };
        var shards = new Option<string?>("--shards") { Description = "How many shards there are, each with a group of replicas; default: 1.", HelpName = "S" };
        var replicas = new Option<string?>("--replicas") { Description = "How many replicas each group has; default: 4.", HelpName = "N" };
        var requireSigned = new Option<bool>("--require-signed") { Description = "Refuse requests that their client did not sign, in place of signing them here." };
        var lie = LieOption.OfCluster();
        var scenario = new Option<string?>("--scenario") { Description = "Let replicas fail as this file says, and run its workloads, if there are any; then the cluster stays.", HelpName = "FILE" };
        var once = new Option<bool>("--once") { Description = "End when the workloads of the scenario have: with 0, or with 1 when something was not as the file says." };
        var command = new Command("dev", "Runs a cluster in memory with a gateway, for development. Nothing survives it.") { urls, shards, replicas, requireSigned, lie, scenario, once };
        command.Example("kv dev", "kv dev --shards 2 --replicas 7 --require-signed", "kv dev --lie 0=equivocate", "kv dev --scenario scenarios/ccro/vary-commander.scenario");
        command.SetAction(async (parsed, cancel) =>
        {
            var options = Read([("--urls", parsed.GetValue(urls)), ("--shards", parsed.GetValue(shards)), ("--replicas", parsed.GetValue(replicas))], parsed.GetValue(requireSigned));
            var faults = LieOption.Read(parsed.GetValue(lie) ?? []);
            if (parsed.GetValue(scenario) is not { } file) return await RunAsync(options, faults, cancel);
            if (faults.Count > 0 || parsed.GetValue(shards) is not null || parsed.GetValue(replicas) is not null)
                throw Failure.Usage("--scenario says by itself how many replicas there are, and how they fail.", "Leave --lie, --shards and --replicas out.");
            return await new DevScenario(await ScenarioSource.ReadAsync(file, cancel), terminal).RunAsync(options, parsed.GetValue(once), cancel);
        });
        return command;
    }

    private static ApiOptions Read(IEnumerable<(string Name, string? Value)> options, bool requireSigned)
    {
        string[] args =
        [
            .. options.Where(option => option.Value is not null).Select(option => $"{option.Name}={option.Value}"),
            .. requireSigned ? new[] { "--require-signed" } : [],
        ];
        if (ApiOptions.TryRead(args, Environment.GetEnvironmentVariable, out var parsed) is { } error)
            throw Failure.Usage(error, "'kv dev --help' shows how it goes.");
        return parsed with { LogToStandardError = true };
    }

    private static Task<int> RunAsync(ApiOptions options, IReadOnlyDictionary<int, FaultsByDesign> faults, CancellationToken cancel)
    {
        if (faults.Keys.LastOrDefault() is var last && last >= options.Replicas)
            throw Failure.Usage($"--lie names node {last}, and there are {options.Replicas}.", "The first node is 0; --replicas says how many there are.");
        return ApiHost.RunAsync(options with { Faults = faults }, cancel);
    }
}
