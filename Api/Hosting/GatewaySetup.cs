using KvStore.Api.Listing;
using KvStore.Api.Operations;
using KvStore.Api.Problems;
using KvStore.Api.Signing;
using KvStore.Api.Values;
using KvStore.Client.Signing;
using KvStore.Replication.InProcess;

namespace KvStore.Api.Hosting;

/// <summary>What the gateway is made of.</summary>
internal static class GatewaySetup
{
    /// <summary>Adds the services.</summary>
    public static void AddGateway(this IServiceCollection services, InProcessCluster cluster, ApiOptions options)
    {
        services.AddMetrics();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(cluster);
        services.AddSingleton(cluster.Genesis);
        services.AddSingleton<RefusalCounter>();
        services.AddSingleton<ListingSnapshots>();
        services.AddSingleton(new ProcessInfo(TimeProvider.System));
        services.AddSingleton(provider => RequestSigner.WithNewKey(cluster.Genesis.Cluster, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new RequestAuthenticator(
            cluster.RequestVerifier, cluster.Genesis.Clients, provider.GetRequiredService<TimeProvider>(), options.AllowUnsigned));
        services.AddSingleton(provider =>
            new ShardGateway(cluster.Groups[0], cluster.Genesis.Limits, provider.GetRequiredService<RequestSigner>(), options.FirstNode));
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
        app.MapOutcomes();
        app.MapHealth();
        app.MapStatus();
        app.MapCluster();
        app.MapFaults();
        app.MapProblems();
        app.MapHome();
    }
}
