using System.Collections.Immutable;
using KvStore.Replication.Setup;

namespace KvStore.Silo;

/// <summary>The nodes of a cluster that lives as long as the process: their keys and directories are made at the start and removed at the end.</summary>
internal sealed class LocalCluster : IDisposable
{
    // Nobody listens there: the nodes reach each other by grains.
    private const int BasePort = 7000;

    private readonly string _directory = Directory.CreateTempSubdirectory("kv-silo-").FullName;

    /// <summary>Makes the nodes.</summary>
    public LocalCluster(int replicas, int shards)
    {
        ClusterGenerator.Generate(new GeneratorOptions(_directory, replicas, Clients: 0, shards, [], BasePort, AdmitsAnyClient: true, IsDevelopment: true));
        Nodes = [.. Enumerable.Range(0, replicas).Select(node => NodeSetup.Read(Config(ClusterGenerator.NodeDirectoryOf(_directory, node))))];
    }

    /// <summary>The nodes, by replica.</summary>
    public ImmutableArray<NodeSetup> Nodes { get; }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static NodeConfig Config(string directory) =>
        NodeConfig.Read(directory, ImmutableDictionary<string, string>.Empty, ImmutableDictionary<string, string>.Empty);
}
