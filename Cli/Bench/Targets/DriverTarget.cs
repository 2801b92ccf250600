using System.Collections.Concurrent;
using KvStore.Cli.Bench.Loads;
using KvStore.Cli.Bench.Workloads;
using KvStore.Client;
using KvStore.Protocol;
using KvStore.Replication.InProcess;

namespace KvStore.Cli.Bench.Targets;

/// <summary>
/// A cluster in this process without HTTP in front: what is left is verifying, ordering and executing. Each client signs each of its requests with a key
/// of its own.
/// </summary>
internal sealed class DriverTarget(InProcessCluster cluster, Consistency consistency) : IBenchTarget
{
    private readonly ShardMap _shards = new(cluster.Groups.Count);
    private readonly ConcurrentBag<DriverClient> _clients = [];

    /// <inheritdoc/>
    public string Name => "driver, in this process";

    /// <summary>How reads are answered.</summary>
    public Consistency Consistency => consistency;

    /// <summary>The cluster's shards.</summary>
    public IReadOnlyList<InProcessGroup> Groups => cluster.Groups;

    /// <summary>The limits of their states.</summary>
    public StateLimits Limits => cluster.Genesis.Limits;

    /// <inheritdoc/>
    public IBenchClient NewClient(IOperationSource source)
    {
        var client = new DriverClient(this, new DriverSigner(cluster.Genesis.Cluster), source);
        _clients.Add(client);
        return client;
    }

    /// <summary>The shard of a key.</summary>
    public InProcessGroup GroupOf(string key) => cluster.Groups[(int)_shards.ShardOf(System.Text.Encoding.ASCII.GetBytes(key)).Number];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients) client.Dispose();
        await cluster.DisposeAsync();
    }
}
