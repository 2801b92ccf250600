using System.Text.Json;

namespace KvStore.Cli.Tests;

/// <summary><c>kv snapshot</c> over a pool of processes: a backup from a running node becomes the disk of another.</summary>
public sealed class SnapshotTests : IAsyncDisposable
{
    private readonly ProcessPool _pool = new();

    public ValueTask DisposeAsync()
    {
        _pool.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_backup_of_a_running_node_is_checked_offline_and_brings_another_back()
    {
        await _pool.Generate(clients: 1, shards: 1, dev: false);
        await _pool.StartAll();
        await _pool.Put(0, "key", "value");
        var (backup, genesis) = (_pool.FileOf("backup.kvs"), _pool.Genesis);

        // The first checkpoint comes when the group is idle for a while; writing on would put it off.
        while ((await Kv.RunWith(new Surroundings(), "snapshot", "save", "--dir", _pool.DirectoryOf(0), "-f", backup)).ExitCode != 0) await _pool.Get(0, "key");
        var verified = await Kv.RunWith(new Surroundings(), "snapshot", "verify", backup, "--genesis", genesis, "-o", "json");
        Assert.True(verified.ExitCode == 0, verified.Error);
        using (var json = JsonDocument.Parse(verified.Bytes))
        {
            Assert.Equal(1, json.RootElement.GetProperty("keys").GetInt32());
            Assert.Equal(0, json.RootElement.GetProperty("shard").GetInt32());
            Assert.Equal(new FileInfo(backup).Length, json.RootElement.GetProperty("bytes").GetInt64());
            Assert.True(json.RootElement.GetProperty("signers").GetArrayLength() >= 3);
        }

        Assert.Contains("keys        1", (await Kv.RunWith(new Surroundings(), "snapshot", "verify", backup, "--genesis", genesis)).Output, StringComparison.Ordinal);
        await LedgerIsReadBesideTheRunningNode();
        await _pool.Put(1, "later", "too");
        var busy = await Kv.RunWith(new Surroundings(), "snapshot", "restore", backup, "--dir", _pool.DirectoryOf(3));
        Assert.Equal(1, busy.ExitCode);
        Assert.Contains("runs the node", busy.Error, StringComparison.Ordinal);

        await _pool.Process(3).Kill();
        Directory.Delete(Path.Combine(_pool.DirectoryOf(3), "data"), recursive: true);
        var restored = await Kv.RunWith(new Surroundings(), "snapshot", "restore", backup, "--genesis", genesis, "--dir", _pool.DirectoryOf(3));
        Assert.True(restored.ExitCode == 0, restored.Error);
        await _pool.Start(3);
        Assert.DoesNotContain("empty disk", _pool.Process(3).Error, StringComparison.Ordinal);
        Assert.Equal("value", await _pool.Get(3, "key"));
        Assert.Equal("too", await _pool.Get(3, "later"));
    }

    [Fact]
    public async Task What_is_not_proven_ends_with_6_and_what_makes_no_sense_says_what_would()
    {
        await _pool.Generate(clients: 1, shards: 2, dev: false);
        var (dir, genesis, file) = (_pool.DirectoryOf(0), _pool.Genesis, _pool.FileOf("none.kvs"));
        await Ends(2, "--shard", "snapshot", "save", "--dir", dir, "-f", file);
        await Ends(2, "no shard 2", "snapshot", "save", "--dir", dir, "--shard", "2", "-f", file);
        await Ends(1, "no snapshot", "snapshot", "save", "--dir", dir, "--shard", "1", "-f", file);
        await Ends(6, "can't be read", "snapshot", "verify", file, "--genesis", genesis);
        await File.WriteAllTextAsync(file, "not a snapshot", TestContext.Current.CancellationToken);
        await Ends(6, "damaged at byte 0", "snapshot", "verify", file, "--genesis", genesis);
        await Ends(6, "damaged at byte 0", "snapshot", "restore", file, "--dir", dir);
        await Ends(6, "is not a genesis", "snapshot", "verify", file, "--genesis", file);
        await Ends(2, "--dir", "snapshot", "restore", file, "--genesis", genesis);
        await Ends(2, "--dir", "snapshot", "restore", file, "--genesis", genesis, "--new-cluster");
        await Ends(2, "--genesis", "snapshot", "restore", file, "--dir", dir, "--new-cluster");
        await Ends(6, "damaged at byte 0", "snapshot", "restore", file, "--dir", dir, "--genesis", genesis, "--new-cluster");
        await Ends(2, "--snapshot-genesis", "cluster", "generate", "--dir", file + "-new", "--snapshot", file);
        Assert.True(File.Exists(Path.Combine(dir, "first-start"))); // Nothing was restored.
    }

    private async Task LedgerIsReadBesideTheRunningNode()
    {
        var dir = _pool.DirectoryOf(0);
        var shown = await Kv.RunWith(new Surroundings(), "ledger", "show", "--dir", dir, "--position", "1", "-o", "json");
        Assert.True(shown.ExitCode == 0, shown.Error);
        using var json = JsonDocument.Parse(shown.Bytes);
        Assert.Equal(64, json.RootElement.GetProperty("batch").GetString()!.Length);
        Assert.True(json.RootElement.GetProperty("signers").GetArrayLength() >= 3);
        Assert.True(json.RootElement.GetProperty("certifiedBy").GetArrayLength() >= 3);
        Assert.Contains("ledger root", (await Kv.RunWith(new Surroundings(), "ledger", "show", "--dir", dir, "--position", "1")).Output, StringComparison.Ordinal);
        Assert.Contains("all of it holds", (await Kv.RunWith(new Surroundings(), "ledger", "verify", "--dir", dir)).Output, StringComparison.Ordinal);
        await Ends(6, "has no whole entry", "ledger", "show", "--dir", dir, "--position", "1000000");
        await Ends(2, "no batch at position 0", "ledger", "show", "--dir", dir, "--position", "0");
    }

    private static async Task Ends(int exitCode, string error, params string[] args)
    {
        var run = await Kv.RunWith(new Surroundings(), args);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(error, run.Error, StringComparison.Ordinal);
    }
}
