namespace KvStore.Cli.Tests;

/// <summary>Four nodes as processes of their own, in a folder and at ports of their own.</summary>
internal sealed class TestPool : IDisposable
{
    public const int Nodes = 4;

    private const int AttemptsMax = 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("kv-pool-").FullName;
    private readonly KvProcess?[] _nodes = new KvProcess?[Nodes];
    private readonly int _port = KvProcess.FreePorts(2 * Nodes);

    public string Genesis => Path.Combine(_folder, "pool", "genesis.json");

    private string Key => Path.Combine(_folder, "pool", "client0", "client.key");

    public void Dispose()
    {
        foreach (var node in _nodes) node?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    public string File(string name) => Path.Combine(_folder, name);

    public string NodeOf(int node) => Path.Combine(_folder, "pool", $"node{node}");

    public string UrlOf(int node) => $"http://127.0.0.1:{_port + 2 * node + 1}";

    public string PeerOf(int node) => $"127.0.0.1:{_port + 2 * node}";

    public string ErrorOf(int node) => _nodes[node]!.Error;

    public async Task Generate(int shards)
    {
        var made = await Kv.RunWith(new Surroundings(), "cluster", "generate", "--dir", Path.Combine(_folder, "pool"), "--base-port", $"{_port}", "--shards", $"{shards}");
        Assert.True(made.ExitCode == 0, made.Error);
    }

    public Task StartAll() => Task.WhenAll(Enumerable.Range(0, Nodes).Select(Start));

    public Task Start(int node)
    {
        _nodes[node]?.Dispose();
        _nodes[node] = new KvProcess("node", "start", "--dir", NodeOf(node));
        return _nodes[node]!.Serving();
    }

    public Task Kill(int node) => _nodes[node]!.Kill();

    public Task Put(int node, string key, string value) => Run(node, "put", key, value);

    public async Task<string> Get(int node, string key) => (await Run(node, "get", key)).Output;

    // The nodes find each other a moment after they listen, and one that was away catches up; kv itself waits as it is told to.
    private async Task<Run> Run(int node, params string[] args)
    {
        for (var attempt = 1; ; attempt++)
        {
            var run = await Kv.RunWith(new Surroundings { Url = UrlOf(node), Key = Key }, args);
            if (run.ExitCode is ExitCodes.Unavailable or ExitCodes.OutcomeUnknown && attempt < AttemptsMax) continue;
            Assert.True(run.ExitCode == 0, $"{run.Error}\n{_nodes[node]!.Error}");
            return run;
        }
    }
}
