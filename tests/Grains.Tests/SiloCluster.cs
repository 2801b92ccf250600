using System.Collections.Immutable;
using System.Globalization;
using KvStore.Api;
using KvStore.Client;
using KvStore.Grains.Hosting;
using KvStore.Grains.Placement;
using KvStore.Protocol;
using KvStore.Replication;
using KvStore.Replication.Pool;
using KvStore.Replication.Setup;
using KvStore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.TestingHost;

namespace KvStore.Grains.Tests;

/// <summary>
/// Four silos of one Orleans cluster in this process, each with one replica's key and disk and a gateway. The transport between silos and the membership table are
/// those of Orleans' testing host; all else is what a deployment runs.
/// </summary>
internal sealed class SiloCluster : IAsyncDisposable
{
    public const int Replicas = 4;

    private readonly string _folder = Directory.CreateTempSubdirectory("kv-grains-").FullName;
    private readonly Dictionary<int, InProcessSiloHandle> _silos = [];
    private readonly Dictionary<int, ApiHost> _gateways = [];
    private readonly InProcessTestCluster _cluster;
    private readonly Dictionary<int, Uri> _addresses = [];
    private readonly Mishaps _mishaps;
    private readonly Func<NodeSetup, Action<DiskFailedException>, ImmutableArray<ShardStore>> _stores;

    private SiloCluster(Mishaps mishaps, Func<NodeSetup, Action<DiskFailedException>, ImmutableArray<ShardStore>>? stores)
    {
        (_mishaps, _stores) = (mishaps, stores ?? ((setup, _) => PoolNodeOpening.OpenDisks(setup)));
        Document = ClusterGenerator.Generate(new GeneratorOptions(Path.Combine(_folder, "pool"), Replicas, Clients: 0, Shards: 1, [], BasePort: 7000, AdmitsAnyClient: true, IsDevelopment: true));
        var builder = new InProcessTestClusterBuilder(Replicas);
        builder.ConfigureSilo((options, silo) => Configure(silo, int.Parse(options.SiloName.Split('_')[^1], CultureInfo.InvariantCulture)));
        _cluster = builder.Build();
    }

    public GenesisDocument Document { get; }

    public IGrainFactory Grains => _cluster.Client;

    /// <summary>Which replicas can't reach which.</summary>
    public Func<int, int, bool> IsCut { get; set; } = static (_, _) => false;

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public IServiceProvider Services(int replica) => _silos[replica].ServiceProvider;

    /// <summary>Where the other silos reach the silo of a replica.</summary>
    public SiloAddress SiloOf(int replica) => _silos[replica].SiloAddress;

    public SiloNode Node(int replica) => Services(replica).GetRequiredService<SiloReplicas>().Any!;

    public ReplicaStatus StatusOf(int replica) => Node(replica).Served.Groups[0].Statuses[replica];

    /// <summary>Starts all four.</summary>
    /// <param name="mishaps">What happens to envelopes; null for nothing.</param>
    /// <param name="stores">Opens a node's disks; null for files in its directory.</param>
    public static async Task<SiloCluster> StartAsync(Mishaps? mishaps = null, Func<NodeSetup, Action<DiskFailedException>, ImmutableArray<ShardStore>>? stores = null)
    {
        var cluster = new SiloCluster(mishaps ?? new Mishaps(0, 0, 0, 0), stores);
        await cluster._cluster.DeployAsync();
        foreach (var silo in cluster._cluster.Silos) await cluster.TakeAsync(silo);
        return cluster;
    }

    /// <summary>Stops a silo, with time to hand over or without.</summary>
    public async Task StopAsync(int replica, bool gracefully)
    {
        _silos.Remove(replica, out var silo);
        _gateways.Remove(replica, out var gateway);
        var killed = gracefully ? Task.CompletedTask : _cluster.KillSiloAsync(silo!); // Under its gateway: what is under way there gets no answer.
        if (gateway is not null) await gateway.DisposeAsync();
        await killed;
        if (gracefully) await _cluster.StopSiloAsync(silo!);
    }

    /// <summary>Where a replica's gateway is, or was before its silo ended and will be again.</summary>
    public Uri AddressOf(int replica) => _addresses[replica];

    /// <summary>Starts the silo of a replica, which has none or, where a test wants to see that, has one.</summary>
    public async Task RestartAsync(int replica) => await TakeAsync(await _cluster.StartSiloAsync(replica, _cluster.Options));

    /// <summary>A client that signs, and turns to any gateway that there is, or to one only.</summary>
    public KvClient Client(Ed25519PrivateKey key, int? replica = null) =>
        new(new KvClientOptions { Gateways = [.. _gateways.Where(each => replica is null || each.Key == replica).Select(each => each.Value.Address)], Key = key, Cluster = Document.Genesis.Cluster, Timeout = TimeSpan.FromSeconds(60), AttemptsMax = 60 });

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways.Values) await gateway.DisposeAsync();
        foreach (var silo in _silos.Values) await silo.StopSiloAsync(stopGracefully: true); // Those that were started again, the testing host has lost sight of.
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task TakeAsync(InProcessSiloHandle silo)
    {
        var node = silo.ServiceProvider.GetRequiredService<SiloReplicas>().Any!;
        _silos[node.Self.Index] = silo;
        var options = new ApiOptions { Urls = _addresses.TryGetValue(node.Self.Index, out var earlier) ? earlier.ToString() : "http://127.0.0.1:0", LogLevel = LogLevel.Critical };
        var gateway = _gateways[node.Self.Index] = await ApiHost.StartAsync(options, node.Served, NullLoggerFactory.Instance, Cancel);
        _addresses[node.Self.Index] = gateway.Address;
    }

    private void Configure(ISiloBuilder silo, int replica)
    {
        var directory = ClusterGenerator.NodeDirectoryOf(Path.Combine(_folder, "pool"), replica);
        var setup = NodeSetup.Read(NodeConfig.Read(directory, ImmutableDictionary<string, string>.Empty, ImmutableDictionary<string, string>.Empty));
        var plan = new NodePlan(setup, lost => _stores(setup, lost)) { End = words => throw new InvalidOperationException(words) };
        silo.AddReplicas(HeldReplicas.Of(replica)).AddNodes([plan with { Over = carrier => new FaultyCarrier(carrier, _mishaps, replica, (from, to) => IsCut(from, to)) }]);
    }
}
