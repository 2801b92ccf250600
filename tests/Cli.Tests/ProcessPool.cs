using KvStore.Cli.Keys;
using KvStore.Protocol;

namespace KvStore.Cli.Tests;

/// <summary>A pool of four processes with keys, disks and ports of their own, as operators run it. Its directory goes with it.</summary>
internal sealed class ProcessPool : IDisposable
{
    /// <summary>How many nodes it has.</summary>
    public const int Nodes = 4;

    private readonly string _folder = Directory.CreateTempSubdirectory("kv-pool-").FullName;
    private readonly KvProcess?[] _nodes = new KvProcess?[Nodes];

    private string Pool => Path.Combine(_folder, "pool");

    /// <summary>The first of its ports.</summary>
    public int Port { get; } = KvProcess.FreePorts(2 * Nodes);

    /// <summary>Makes the keys, the genesis and the directories.</summary>
    public async Task Generate(int clients, int shards)
    {
        var made = await Kv.RunWith(
            new Surroundings(), "cluster", "generate", "--dir", Pool, "--base-port", $"{Port}", "--clients", $"{clients}", "--shards", $"{shards}", "--dev");
        Assert.True(made.ExitCode == 0, made.Error);
    }

    /// <summary>Starts a node, and returns when it listens.</summary>
    public Task Start(int node)
    {
        _nodes[node]?.Dispose();
        _nodes[node] = new KvProcess("node", "start", "--dir", DirectoryOf(node));
        return _nodes[node]!.Serving();
    }

    /// <summary>Starts all.</summary>
    public Task StartAll() => Task.WhenAll(Enumerable.Range(0, Nodes).Select(Start));

    /// <summary>Ends all at the same moment, as a power cut of the house would.</summary>
    public Task KillAll() => Task.WhenAll(_nodes.Select(node => node!.Kill()));

    /// <summary>A node's process, the last one that was started.</summary>
    public KvProcess Process(int node) => _nodes[node]!;

    /// <summary>What all nodes have logged since they were started last, for a failure's text.</summary>
    public string Logs() => string.Join('\n', _nodes.Select((process, node) => $"--- node {node}\n{process?.Error}"));

    /// <summary>A node's directory.</summary>
    public string DirectoryOf(int node) => Path.Combine(Pool, $"node{node}");

    /// <summary>Where a node serves clients.</summary>
    public string UrlOf(int node) => $"http://127.0.0.1:{Port + 2 * node + 1}";

    /// <summary>All nodes' addresses for clients, beginning with one's.</summary>
    public IReadOnlyList<Uri> GatewaysFrom(int node) => [.. Enumerable.Range(0, Nodes).Select(i => new Uri(UrlOf((node + i) % Nodes)))];

    /// <summary>The file of a client's key.</summary>
    public string KeyFileOf(int client) => Path.Combine(Pool, $"client{client}", "client.key");

    /// <summary>A client's key.</summary>
    public Ed25519PrivateKey KeyOf(int client) => ClientKey.Open(KeyFileOf(client), TextWriter.Null);

    public void Dispose()
    {
        foreach (var node in _nodes) node?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
