using System.CommandLine;
using KvStore.Api;
using KvStore.Cli.Nodes;
using KvStore.Replication.Faults;

namespace KvStore.Cli.Commands;

/// <summary><c>kv dev</c>: a memory-only cluster and its gateway in this process, the same as running Api.</summary>
internal static class DevCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
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
        var command = new Command("dev", "Runs a cluster in memory with a gateway, for development. Nothing survives it.") { urls, shards, replicas, requireSigned, lie };
        command.Example("kv dev", "kv dev --shards 2 --replicas 7 --require-signed", "kv dev --lie 0=equivocate");
        command.SetAction((parsed, cancel) => RunAsync(
            [("--urls", parsed.GetValue(urls)), ("--shards", parsed.GetValue(shards)), ("--replicas", parsed.GetValue(replicas))],
            parsed.GetValue(requireSigned),
            LieOption.Read(parsed.GetValue(lie) ?? []),
            cancel));
        return command;
    }

    private static Task<int> RunAsync(
        IEnumerable<(string Name, string? Value)> options, bool requireSigned, IReadOnlyDictionary<int, FaultsByDesign> faults, CancellationToken cancel)
    {
        string[] args =
        [
            .. options.Where(option => option.Value is not null).Select(option => $"{option.Name}={option.Value}"),
            .. requireSigned ? new[] { "--require-signed" } : [],
        ];
        if (ApiOptions.TryRead(args, Environment.GetEnvironmentVariable, out var parsed) is { } error)
            throw Failure.Usage(error, "'kv dev --help' shows how it goes.");
        if (faults.Keys.LastOrDefault() is var last && last >= parsed.Replicas)
            throw Failure.Usage($"--lie names node {last}, and there are {parsed.Replicas}.", "The first node is 0; --replicas says how many there are.");
        return ApiHost.RunAsync(parsed with { LogToStandardError = true, Faults = faults }, cancel);
    }
}
