using System.Diagnostics;

namespace KvStore.Cli.Tests;

/// <summary>What operators do with a pool of processes.</summary>
public sealed class PoolTests : IDisposable
{
    private const int Nodes = ProcessPool.Nodes;

    private readonly ProcessPool _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public async Task Four_processes_serve_signed_requests_miss_none_that_dies_and_know_everything_after_all_have_stopped()
    {
        if (OperatingSystem.IsWindows()) return; // It has no signals.
        await _pool.Generate(clients: 1, shards: 2);
        var since = Stopwatch.GetTimestamp();
        await _pool.StartAll();
        for (var node = 0; node < Nodes; node++) await _pool.Put(node, $"key-{node}", $"value {node}");
        TestContext.Current.TestOutputHelper?.WriteLine($"All four had executed a signed write {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s after they were started.");
        for (var node = 0; node < Nodes; node++) Assert.Equal("value 0", await _pool.Get(node, "key-0"));
        var status = await Kv.RunWith(new Surroundings { Url = _pool.UrlOf(1) }, "status");
        Assert.Contains("MiB", status.Output, StringComparison.Ordinal); // What each has on its disk, and the room there.
        var unsigned = await Kv.RunWith(new Surroundings { Url = _pool.UrlOf(1) }, "put", "key", "unsigned");
        Assert.Equal(5, unsigned.ExitCode);

        await _pool.Process(0).Kill();
        await _pool.Put(2, "key-0", "without node 0");
        await _pool.Start(0);
        Assert.Equal("without node 0", await _pool.Get(0, "key-0"));

        await _pool.KillAll();
        await _pool.StartAll();
        Assert.Equal("without node 0", await _pool.Get(3, "key-0"));
        Assert.Equal("value 3", await _pool.Get(1, "key-3"));

        for (var node = 0; node < Nodes; node++) Assert.True(await _pool.Process(node).Stop() == 0, _pool.Process(node).Error);
        Assert.Contains("leaves it to another one to lead", _pool.Logs(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_whose_data_was_removed_comes_back_with_what_the_others_know()
    {
        await _pool.Generate(clients: 1, shards: 2);
        await _pool.StartAll();
        await _pool.Put(0, "key", "value");
        await _pool.Process(3).Kill();
        Directory.Delete(Path.Combine(_pool.DirectoryOf(3), "data"), recursive: true);
        await _pool.Start(3);
        Assert.Equal("value", await _pool.Get(3, "key"));
        Assert.Contains("empty disk", _pool.Process(3).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_process_on_a_directory_or_a_port_is_refused_with_what_to_do()
    {
        await _pool.Generate(clients: 1, shards: 2);
        await _pool.Start(0);
        using var again = new KvProcess("node", "start", "--dir", _pool.DirectoryOf(0));
        Assert.Equal(1, await again.Ended());
        Assert.Contains("in use", again.Error, StringComparison.OrdinalIgnoreCase);

        foreach (var (flag, address) in ((string, string)[])[("--peer-listen", $"127.0.0.1:{_pool.Port}"), ("--client-listen", _pool.UrlOf(0))])
        {
            using var busy = new KvProcess("node", "start", "--dir", _pool.DirectoryOf(1), flag, address);
            Assert.Equal(1, await busy.Ended());
            Assert.Contains(flag, busy.Error, StringComparison.Ordinal);
        }

        // Neither took the leave for its first start away.
        Assert.True(File.Exists(Path.Combine(_pool.DirectoryOf(1), "first-start")));
    }
}
