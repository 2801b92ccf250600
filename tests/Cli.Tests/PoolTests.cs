namespace KvStore.Cli.Tests;

/// <summary>A pool of four processes with keys, disks and ports of their own, as operators run it.</summary>
public sealed class PoolTests : IAsyncDisposable
{
    private const int Nodes = 4;
    private const int AttemptsMax = 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("kv-pool-").FullName;
    private readonly KvProcess?[] _nodes = new KvProcess?[Nodes];
    private readonly int _port = KvProcess.FreePorts(2 * Nodes);

    private string Pool => Path.Combine(_folder, "pool");

    private string Key => Path.Combine(Pool, "client0", "client.key");

    public ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) node?.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Four_processes_serve_signed_requests_miss_none_that_dies_and_know_everything_after_all_have_stopped()
    {
        if (OperatingSystem.IsWindows()) return; // It has no signals.
        await Generate();
        await Task.WhenAll(Enumerable.Range(0, Nodes).Select(Start));
        for (var node = 0; node < Nodes; node++) await Put(node, $"key-{node}", $"value {node}");
        for (var node = 0; node < Nodes; node++) Assert.Equal("value 0", await Get(node, "key-0"));
        var unsigned = await Kv.RunWith(new Surroundings { Url = UrlOf(1) }, "put", "key", "unsigned");
        Assert.Equal(5, unsigned.ExitCode);

        await _nodes[0]!.Kill();
        await Put(2, "key-0", "without node 0");
        await Start(0);
        Assert.Equal("without node 0", await Get(0, "key-0"));

        await Task.WhenAll(_nodes.Select(node => node!.Kill()));
        await Task.WhenAll(Enumerable.Range(0, Nodes).Select(Start));
        Assert.Equal("without node 0", await Get(3, "key-0"));
        Assert.Equal("value 3", await Get(1, "key-3"));

        foreach (var node in _nodes) Assert.True(await node!.Stop() == 0, node.Error);
    }

    [Fact]
    public async Task A_node_whose_data_was_removed_comes_back_with_what_the_others_know()
    {
        await Generate();
        await Task.WhenAll(Enumerable.Range(0, Nodes).Select(Start));
        await Put(0, "key", "value");
        await _nodes[3]!.Kill();
        Directory.Delete(Path.Combine(Pool, "node3", "data"), recursive: true);
        await Start(3);
        Assert.Equal("value", await Get(3, "key"));
        Assert.Contains("empty disk", _nodes[3]!.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_process_on_a_directory_or_a_port_is_refused_with_what_to_do()
    {
        await Generate();
        await Start(0);
        using var again = new KvProcess("node", "start", "--dir", NodeOf(0));
        Assert.Equal(1, await again.Ended());
        Assert.Contains("in use", again.Error, StringComparison.OrdinalIgnoreCase);

        foreach (var (flag, address) in ((string, string)[])[("--peer-listen", $"127.0.0.1:{_port}"), ("--client-listen", UrlOf(0))])
        {
            using var busy = new KvProcess("node", "start", "--dir", NodeOf(1), flag, address);
            Assert.Equal(1, await busy.Ended());
            Assert.Contains(flag, busy.Error, StringComparison.Ordinal);
        }

        // Neither took the leave for its first start away.
        Assert.True(File.Exists(Path.Combine(NodeOf(1), "first-start")));
    }

    private async Task Generate()
    {
        var made = await Kv.RunWith(new Surroundings(), "cluster", "generate", "--dir", Pool, "--base-port", $"{_port}", "--shards", "2", "--dev");
        Assert.True(made.ExitCode == 0, made.Error);
    }

    private Task Start(int node)
    {
        _nodes[node]?.Dispose();
        _nodes[node] = new KvProcess("node", "start", "--dir", NodeOf(node));
        return _nodes[node]!.Serving();
    }

    private async Task Put(int node, string key, string value)
    {
        var run = await Run(node, "put", key, value);
        Assert.True(run.ExitCode == 0, $"{run.Error}\n{_nodes[node]!.Error}");
    }

    private async Task<string> Get(int node, string key)
    {
        var run = await Run(node, "get", key);
        Assert.True(run.ExitCode == 0, $"{run.Error}\n{_nodes[node]!.Error}");
        return run.Output;
    }

    // The nodes find each other a moment after they listen, and one that was away catches up; kv itself waits as it is told to.
    private async Task<Run> Run(int node, params string[] args)
    {
        for (var attempt = 1; ; attempt++)
        {
            var run = await Kv.RunWith(new Surroundings { Url = UrlOf(node), Key = Key }, args);
            if (run.ExitCode is not (ExitCodes.Unavailable or ExitCodes.OutcomeUnknown) || attempt == AttemptsMax) return run;
        }
    }

    private string NodeOf(int node) => Path.Combine(Pool, $"node{node}");

    private string UrlOf(int node) => $"http://127.0.0.1:{_port + 2 * node + 1}";
}
