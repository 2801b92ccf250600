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
        var replicas = new Option<string?>("--replicas") { Description = "How many replicas the group has; default: 4.", HelpName = "N" };
        var requireSigned = new Option<bool>("--require-signed") { Description = "Refuse requests that their client did not sign, in place of signing them here." };
        var command = new Command("dev", "Runs a cluster in memory with a gateway, for development. Nothing survives it.") { urls, replicas, requireSigned };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(urls), parsed.GetValue(replicas), parsed.GetValue(requireSigned), cancel));
        return command;
    }

    private static Task<int> RunAsync(string? urls, string? replicas, bool requireSigned, CancellationToken cancel)
    {
        string[] args =
        [
            .. urls is null ? [] : new[] { "--urls", urls },
            .. replicas is null ? [] : new[] { "--replicas", replicas },
            .. requireSigned ? new[] { "--require-signed" } : [],
        ];
        if (ApiOptions.TryRead(args, Environment.GetEnvironmentVariable, out var options) is { } error)
            throw Failure.Usage(error, "'kv dev --help' shows how it goes.");
        return ApiHost.RunAsync(options with { LogToStandardError = true }, cancel);
    }
}
