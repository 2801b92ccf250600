using KvStore.Api;
using KvStore.Grains.Hosting;

namespace KvStore.Silo;

/// <summary>The REST interface in front of this silo's first node. Stops before the silo does, so that requests that are under way get their answers.</summary>
internal sealed class GatewayService(ApiOptions options, SiloReplicas replicas, ReplicaService service, IHostApplicationLifetime lifetime, ILoggerFactory loggers) : IHostedService
{
    private ApiHost? _api;

    /// <summary>Where it serves; null while it does not.</summary>
    public Uri? Address => _api?.Address;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStopping.Register(service.HandOver); // At once: the requests that are under way are finished by whoever leads then.
        var node = replicas.Any ?? throw new InvalidOperationException("The silo has no node.");
        // Where all nodes live in this silo, clients have no others to ask.
        var served = node.Served.Pool?.Members.Length == replicas.Count ? node.Served with { Pool = null } : node.Served;
        _api = await ApiHost.StartAsync(options, served, loggers, cancellationToken);
        _api.Stopping.Register(lifetime.StopApplication);
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_api is not null) await _api.DisposeAsync();
        _api = null;
    }
}
