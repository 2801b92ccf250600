using KvStore.Api.Listing;
using KvStore.Api.Metrics;
using KvStore.Api.OpenApi;
using KvStore.Api.Operations;
using KvStore.Api.Problems;
using KvStore.Api.Routing;
using KvStore.Api.Signing;
using KvStore.Api.Steps;
using KvStore.Api.Values;
using KvStore.Client.Signing;
using KvStore.Replication.Gateways;
using KvStore.Replication.InProcess;

namespace KvStore.Api.Hosting;

/// <summary>What the gateway is made of.</summary>
internal static class GatewaySetup
{
    /// <summary>Adds the services.</summary>
    public static void AddGateway(this IServiceCollection services, ServedCluster cluster, bool allowUnsigned)
    {
        services.AddMetrics();
        services.AddDocument();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(cluster);
        services.AddSingleton(cluster.Genesis);
        services.AddSingleton<RefusalCounter>();
        services.AddSingleton<RefusalPacer>();
        services.AddSingleton<RequestDurations>();
        services.AddSingleton<ListingSnapshots>();
        services.AddSingleton(new ProcessInfo(TimeProvider.System));
        services.AddSingleton(provider => RequestSigner.WithNewKey(cluster.Genesis.Cluster, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new RequestAuthenticator(
            cluster.RequestVerifier, cluster.Genesis.Clients, provider.GetRequiredService<TimeProvider>(), allowUnsigned));
        services.AddSingleton(provider => Router(cluster, provider.GetRequiredService<RequestSigner>()));
    }

    /// <summary>Lays out the pipeline and the routes.</summary>
    public static void MapGateway(this WebApplication app)
    {
        app.UseProblemPages();
        app.UseRawTarget();
        app.UseRequestRules();
        app.UseRouting();
        app.MapListing();
        app.MapValues();
        app.MapSteps();
        app.MapOutcomes();
        app.MapHealth();
        app.MapStatus();
        app.MapCluster();
        app.MapEvidence();
        if (app.Services.GetService<InProcessCluster>() is not null) app.MapFaults();
        app.MapProblems();
        app.MapMetrics();
        app.MapHome();
        app.MapDocument();
    }

    private static ShardRouter Router(ServedCluster cluster, RequestSigner signer)
    {
        var limits = cluster.Genesis.Limits;
        return new ShardRouter([.. cluster.Groups.Select(group => new ShardGateway(group, limits, signer))], limits);
    }
}
