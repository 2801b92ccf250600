using System.Net;
using KvStore.Api;
using KvStore.Grains.Hosting;
using KvStore.Grains.Placement;
using Orleans.Configuration;
using Orleans.Dashboard;

namespace KvStore.Silo;

/// <summary>Makes the host of a silo.</summary>
internal static class SiloBuilding
{
    private const string TimeFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";

    // Handing over, answering what is under way and leaving the membership.
    private static readonly TimeSpan _shutdownMax = TimeSpan.FromSeconds(20);

    /// <summary>The host of a silo that runs these nodes.</summary>
    public static IHost Build(SiloSettings settings, IReadOnlyList<NodePlan> plans, ApiOptions api)
    {
        var held = new HeldReplicas(plans[0].Setup.Self.Index, plans[^1].Setup.Self.Index);
        if (settings.Dashboard is not { } dashboard)
        {
            var builder = Host.CreateApplicationBuilder();
            Add(builder, settings, held, plans, api);
            return builder.Build();
        }

        var web = WebApplication.CreateSlimBuilder();
        web.WebHost.UseUrls(dashboard.ToString());
        Add(web, settings, held, plans, api);
        var app = web.Build();
        app.MapOrleansDashboard();
        return app;
    }

    private static void Add(IHostApplicationBuilder builder, SiloSettings settings, HeldReplicas held, IReadOnlyList<NodePlan> plans, ApiOptions api)
    {
        ConfigureLogs(builder.Logging, api);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = _shutdownMax);
        builder.UseOrleans(silo => Configure(silo, settings, held, plans));
        // After the silo: started when it is active, and stopped before it.
        builder.Services.AddSingleton(api);
        builder.Services.AddSingleton<GatewayService>();
        builder.Services.AddHostedService(static services => services.GetRequiredService<GatewayService>());
    }

    // As a node of a pool logs, and of Orleans what is out of order.
    private static void ConfigureLogs(ILoggingBuilder logging, ApiOptions api)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(api.LogLevel);
        logging.AddFilter("Orleans", LogLevel.Warning);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        if (api.LogsJson) logging.AddJsonConsole(static console => (console.UseUtcTimestamp, console.TimestampFormat) = (true, TimeFormat));
        else logging.AddSimpleConsole(static console => (console.SingleLine, console.UseUtcTimestamp, console.TimestampFormat) = (true, true, TimeFormat + " "));
    }

    private static void Configure(ISiloBuilder silo, SiloSettings settings, HeldReplicas held, IReadOnlyList<NodePlan> plans)
    {
        silo.AddReplicas(held).AddNodes(plans).AddActivityPropagation();
        if (settings.Dashboard is not null) silo.AddDashboard();
        if (!settings.IsReplica)
        {
            silo.UseLocalhostClustering(settings.SiloPort, settings.GatewayPort, serviceId: settings.ClusterId, clusterId: settings.ClusterId);
            return;
        }

        silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (settings.ClusterId, settings.ClusterId));
        if (settings.Advertise is { } address) silo.ConfigureEndpoints(address, settings.SiloPort, settings.GatewayPort, listenOnAnyHostAddress: !IPAddress.IsLoopback(address));
        else silo.ConfigureEndpoints(settings.SiloPort, settings.GatewayPort);
        settings.Certificates?.Secure(silo);
        if (settings.AzureTables is { } tables) silo.UseAzureTables(tables);
        else silo.UseDevelopmentClustering(settings.Primary);
    }
}
