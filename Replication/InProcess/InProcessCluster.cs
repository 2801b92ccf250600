using System.Collections.Immutable;
using System.Security.Cryptography;
using KvStore.Protocol;
using KvStore.Replication.Gateways;
using KvStore.Replication.Hosting;
using Microsoft.Extensions.Logging;

namespace KvStore.Replication.InProcess;

/// <summary>
/// A whole cluster in this process, in memory: for development, tests and embedding. Its keys are made at the start and forgotten at the end.
/// Every replica checks every signature as it would in a pool, but whoever controls the process controls all of them.
/// </summary>
public sealed class InProcessCluster : IAsyncDisposable
{
    private InProcessCluster(Genesis genesis, IReadOnlyList<InProcessGroup> groups)
    {
        Genesis = genesis;
        Groups = groups;
    }

    /// <summary>How the cluster began.</summary>
    public Genesis Genesis { get; }

    /// <summary>Its groups, one a shard.</summary>
    public IReadOnlyList<InProcessGroup> Groups { get; }

    /// <summary>Checks clients' requests, whatever their shards. What it found good, no group of this process checks again.</summary>
    public MessageVerifier RequestVerifier => Groups[0].Verifier;

    /// <summary>Brings up a cluster; all its replicas run when this returns.</summary>
    public static InProcessCluster Start(InProcessOptions options, ILoggerFactory loggers)
    {
        var keys = Enumerable.Range(0, options.Shards)
            .Select(_ => Enumerable.Range(0, options.Replicas).Select(_ => NewKey()).ToImmutableArray())
            .ToImmutableArray();
        var genesis = new Genesis
        {
            Name = options.Name,
            Groups = [.. keys.Select((members, shard) => new GroupGenesis(new GroupId((uint)shard), new GroupConfig(options.Replicas) { Monitor = new MonitorConfig() }, [.. members.Select(key => key.PublicKey)]))],
            Clients = options.Clients,
            Limits = options.Limits,
            Consensus = options.Consensus,
        };
        var verified = new VerificationCache();
        var groups = genesis.Groups.Select((group, shard) => new InProcessGroup(genesis, group, keys[shard], verified, options, loggers)).ToList();
        return new InProcessCluster(genesis, groups);
    }

    /// <summary>The cluster as one of its nodes serves it.</summary>
    /// <param name="firstNode">The node whose gateway is asked first. Any will do.</param>
    public ServedCluster ServedBy(int firstNode) =>
        new(Genesis, [.. Groups.Select(group => new InProcessNode(group, firstNode))], RequestVerifier, ServedCluster.InMemory);

    /// <summary>Stops all replicas.</summary>
    public ValueTask DisposeAsync()
    {
        foreach (var group in Groups) group.Dispose();
        return ValueTask.CompletedTask;
    }

    private static Ed25519PrivateKey NewKey()
    {
        Span<byte> seed = stackalloc byte[Ed25519PrivateKey.SeedLength];
        RandomNumberGenerator.Fill(seed);
        return new Ed25519PrivateKey(seed);
    }
}
