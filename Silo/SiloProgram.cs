using System.Collections;
using System.Collections.Immutable;
using KvStore.Api;
using KvStore.Grains.Hosting;
using KvStore.Grains.Placement;
using KvStore.Protocol;
using KvStore.Replication.Hosting;
using KvStore.Replication.Setup;

namespace KvStore.Silo;

/// <summary>Runs a silo until the process is told to end.</summary>
internal static class SiloProgram
{
    private const int Error = 1;
    private const int UsageError = 2;

    /// <summary>Runs what the command line says.</summary>
    /// <returns>The exit code: 0, 1 when it can't serve, 2 when the command line is wrong.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        SiloSettings settings;
        try
        {
            settings = SiloSettings.Read(args);
        }
        catch (SetupException wrong)
        {
            await SayAsync(wrong);
            return UsageError;
        }

        try
        {
            return settings.IsReplica ? await RunReplicaAsync(settings) : await RunLocalAsync(settings);
        }
        catch (SetupException failure)
        {
            await SayAsync(failure);
            return Error;
        }
    }

    private static async Task<int> RunLocalAsync(SiloSettings settings)
    {
        using var cluster = new LocalCluster(settings.Replicas, settings.Shards);
        var options = new ApiOptions { Urls = settings.Urls ?? ApiOptions.DefaultUrls, AllowUnsigned = !settings.RequireSigned };
        var scheme = new RememberingScheme(Ed25519.Instance);
        return await RunAsync(settings, [.. cluster.Nodes.Select(setup => PlanOf(settings, setup) with { Shared = scheme })], options);
    }

    private static async Task<int> RunReplicaAsync(SiloSettings settings)
    {
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToImmutableDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");
        var setup = NodeSetup.Read(NodeConfig.Read(settings.Directory, environment, ImmutableDictionary<string, string>.Empty));
        if (setup.Self.Index != settings.Replica)
            throw new SetupException($"The key in '{setup.Config.KeyPath}' is that of replica {setup.Self.Index}.", $"Start it with --replica {setup.Self.Index}, or name another directory.");
        var options = new ApiOptions
        {
            Urls = settings.Urls ?? setup.ClientListen(),
            AllowUnsigned = setup.Config.AllowUnsigned,
            LogLevel = setup.Config.LogLevel,
            LogsJson = setup.Config.LogsJson,
        };
        return await RunAsync(settings, [PlanOf(settings, setup)], options);
    }

    private static NodePlan PlanOf(SiloSettings settings, NodeSetup setup)
    {
        var storage = SiloStorage.Of(settings, setup);
        return new NodePlan(setup, storage.Open)
        {
            Storage = storage.Label,
            Transport = settings.Transport,
            Signer = settings.SignsWithNSec ? NSecSigner.Open(setup.Self, setup.Config.KeyPath) : null,
        };
    }

    private static async Task<int> RunAsync(SiloSettings settings, IReadOnlyList<NodePlan> plans, ApiOptions options)
    {
        using var telemetry = Telemetry.Start(new HeldReplicas(plans[0].Setup.Self.Index, plans[^1].Setup.Self.Index).ToString());
        using var host = SiloBuilding.Build(settings, plans, options);
        var service = host.Services.GetRequiredService<ReplicaService>();
        try
        {
            await host.StartAsync();
            await host.WaitForShutdownAsync();
        }
        catch (Exception exception) when (service.Failure is not null || exception is IOException or System.Net.Sockets.SocketException)
        {
            throw service.Failure ?? new SetupException($"The silo can't serve: {exception.Message}", "Choose other addresses with --urls, --silo-port and --gateway-port.");
        }

        return service.Failure is { } failure ? throw failure : 0;
    }

    private static async Task SayAsync(SetupException exception)
    {
        await Console.Error.WriteLineAsync(exception.Message);
        await Console.Error.WriteLineAsync(exception.Next);
    }
}
