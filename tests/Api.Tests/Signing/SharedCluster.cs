using KvStore.Replication.InProcess;
using Microsoft.Extensions.Logging.Abstractions;

namespace KvStore.Api.Tests;

/// <summary>One cluster with several gateways before it, each of which asks another node first.</summary>
internal sealed class SharedCluster : IAsyncDisposable
{
    private readonly InProcessCluster _cluster;
    private readonly List<Gateway> _gateways = [];

    private SharedCluster(InProcessCluster cluster) => _cluster = cluster;

    public static async Task<SharedCluster> Start(int gateways, InProcessOptions? options = null)
    {
        var shared = new SharedCluster(InProcessCluster.Start(options ?? new InProcessOptions(), NullLoggerFactory.Instance));
        for (var node = 0; node < gateways; node++)
        {
            shared._gateways.Add(new Gateway { Cluster = shared._cluster, Options = Gateway.Quiet with { FirstNode = node } });
        }

        foreach (var gateway in shared._gateways) await gateway.InitializeAsync();
        return shared;
    }

    public Gateway this[int gateway] => _gateways[gateway];

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways) await gateway.DisposeAsync();
        await _cluster.DisposeAsync();
    }
}
