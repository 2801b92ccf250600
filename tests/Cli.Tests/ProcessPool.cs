using KvStore.Cli.Keys;
using KvStore.Protocol;

namespace KvStore.Cli.Tests;

/// <summary>A pool of four processes with keys, disks and ports of their own, as operators run it. Its directory goes with it.</summary>
internal sealed class ProcessPool : IDisposable
{
    /// <summary>How many nodes it has.</summary>
    public const int Nodes = 4;

    private const int AttemptsMax = 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("kv-pool-").FullName;
    private readonly KvProcess?[] _nodes = new KvProcess?[Nodes];

    private string Pool => Path.Combine(_folder, "pool");

    /// <summary>The first of its ports.</summary>
    public int Port { get; } = KvProcess.FreePorts(2 * Nodes);

    /// <summary>The genesis that is not a node's own copy.</summary>
    public string Genesis => Path.Combine(Pool, "genesis.json");

    /// <summary>A file beside the pool, which goes with it.</summary>
    public string FileOf(string name) => Path.Combine(_folder, name);

    /// <summary>Makes the keys, the genesis and the directories.</summary>
    public Task Generate(int clients, int shards, bool dev = true) => GenerateWith(clients, ["--shards", $"{shards}", .. dev ? (string[])["--dev"] : []]);

    /// <summary>The same, with what else the command line says.</summary>
    public async Task GenerateWith(int clients, params string[] more)
    {
        var made = await Kv.RunWith(new Surroundings(), ["cluster", "generate", "--dir", Pool, "--base-port", $"{Port}", "--clients", $"{clients}", .. more]);
        Assert.True(made.ExitCode == 0, made.Error);
    }

    /// <summary>Starts a node, and returns when it listens.</summary>
    /// <param name="node">The node.</param>
    /// <param name="more">What else the command line says.</param>
    public Task Start(int node, params string[] more)
    {
        _nodes[node]?.Dispose();
        _nodes[node] = new KvProcess(["node", "start", "--dir", DirectoryOf(node), .. more]);
        return _nodes[node]!.Serving();
    }

    /// <summary>Starts all.</summary>
    public Task StartAll() => Task.WhenAll(Enumerable.Range(0, Nodes).Select(node => Start(node)));

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

    /// <summary>Where a node listens for the others.</summary>
    public string PeerOf(int node) => $"127.0.0.1:{Port + 2 * node}";

    /// <summary>All nodes' addresses for clients, beginning with one's.</summary>
    public IReadOnlyList<Uri> GatewaysFrom(int node) => [.. Enumerable.Range(0, Nodes).Select(i => new Uri(UrlOf((node + i) % Nodes)))];

    /// <summary>The file of a client's key.</summary>
    public string KeyFileOf(int client) => Path.Combine(Pool, $"client{client}", "client.key");

    /// <summary>A client's key.</summary>
    public Ed25519PrivateKey KeyOf(int client) => ClientKey.Open(KeyFileOf(client), TextWriter.Null);

    /// <summary>Writes a key through one node, as the first client.</summary>
    public Task Put(int node, string key, string value) => Run(node, "put", key, value);

    /// <summary>Reads a key through one node.</summary>
    public async Task<string> Get(int node, string key) => (await Run(node, "get", key)).Output;

    public void Dispose()
    {
        foreach (var node in _nodes) node?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // The nodes find each other a moment after they listen, and one that was away catches up; kv itself waits as it is told to.
    private async Task<Run> Run(int node, params string[] arguments)
    {
        for (var attempt = 1; ; attempt++)
        {
            var run = await Kv.RunWith(new Surroundings { Url = UrlOf(node), Key = KeyFileOf(0) }, arguments);
            if (run.ExitCode is ExitCodes.Unavailable or ExitCodes.OutcomeUnknown && attempt < AttemptsMax) continue;
            Assert.True(run.ExitCode == 0, $"{run.Error}\n{Process(node).Error}");
            return run;
        }
    }
}
