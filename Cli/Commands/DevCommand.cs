using System.CommandLine;
using KvStore.Api;

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
        var command = new Command("dev", "Runs a cluster in memory with a gateway, for development. Nothing survives it.") { urls, shards, replicas, requireSigned };
        command.Example("kv dev", "kv dev --shards 2 --replicas 7 --require-signed");
        command.SetAction((parsed, cancel) => RunAsync(
            [("--urls", parsed.GetValue(urls)), ("--shards", parsed.GetValue(shards)), ("--replicas", parsed.GetValue(replicas))],
            parsed.GetValue(requireSigned),
            cancel));
        return command;
    }

    private static Task<int> RunAsync(IEnumerable<(string Name, string? Value)> options, bool requireSigned, CancellationToken cancel)
    {
        string[] args =
        [
            .. options.Where(option => option.Value is not null).Select(option => $"{option.Name}={option.Value}"),
            .. requireSigned ? new[] { "--require-signed" } : [],
        ];
        if (ApiOptions.TryRead(args, Environment.GetEnvironmentVariable, out var parsed) is { } error)
            throw Failure.Usage(error, "'kv dev --help' shows how it goes.");
        return ApiHost.RunAsync(parsed with { LogToStandardError = true }, cancel);
    }
}
