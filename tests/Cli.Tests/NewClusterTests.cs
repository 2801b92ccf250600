namespace KvStore.Cli.Tests;

/// <summary>docs/operations.md, "Begin a new cluster with a backup", with processes: the old ones are gone, and new ones with other keys serve what they had.</summary>
public sealed class NewClusterTests : IDisposable
{
    private static readonly TimeSpan _timeMax = TimeSpan.FromMinutes(3);

    private readonly ProcessPool _old = new();
    private readonly ProcessPool _new = new();

    public void Dispose()
    {
        _old.Dispose();
        _new.Dispose();
    }

    [Fact]
    public async Task A_new_cluster_serves_what_a_backup_of_another_holds_and_rebuilds_a_lost_disk()
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        time.CancelAfter(_timeMax);
        await Run().WaitAsync(time.Token);
    }

    private async Task Run()
    {
        var backup = await BackupOfTheOldCluster();
        await _new.GenerateWith(clients: 1, "--snapshot", backup, "--snapshot-genesis", _old.Genesis);
        var shown = await Kv.RunWith(new Surroundings(), "cluster", "show", _new.Genesis);
        Assert.Contains("begins    shard 0 with the keys at position", shown.Output, StringComparison.Ordinal);

        // Without its state no node begins: an empty one would take another state for the first.
        var empty = new KvProcess(["node", "start", "--dir", _new.DirectoryOf(0)]);
        Assert.Equal(1, await empty.Ended());
        Assert.Contains("has none of shard 0", empty.Error, StringComparison.Ordinal);
        empty.Dispose();
        for (var node = 0; node < ProcessPool.Nodes; node++) await Restore(0, "as the genesis says", backup, node);
        await Restore(1, "There is data", backup, node: 0);
        await _new.StartAll();
        Assert.Equal("r1", await RevisionOf(0, "kept"));
        Assert.Equal("value", await _new.Get(1, "kept"));

        // Nothing was written, and no checkpoint made: the others have one by the time that the node rejoins.
        await _new.Process(3).Kill();
        Directory.Delete(Path.Combine(_new.DirectoryOf(3), "data"), recursive: true);
        await _new.Start(3);
        Assert.Equal("value", await _new.Get(3, "kept"));
        await _new.Put(3, "more", "of it");
        Assert.Equal("of it", await _new.Get(0, "more"));
        Assert.Equal("r3", await RevisionOf(0, "more")); // Two changes came before it in the old cluster.

        // It has run: what it restores now would be older than what it said.
        await _new.Process(2).Kill();
        await Restore(1, "", backup, node: 2);
        await _new.Start(2);
        Assert.Equal("of it", await _new.Get(2, "more"));
        Assert.Equal(0, (await Kv.RunWith(new Surroundings(), "ledger", "verify", "--dir", _new.DirectoryOf(0))).ExitCode);
    }

    private async Task<string> BackupOfTheOldCluster()
    {
        await _old.Generate(clients: 1, shards: 1, dev: false);
        await _old.StartAll();
        await _old.Put(0, "kept", "value");
        await _old.Put(0, "gone", "value");
        var backup = _old.FileOf("backup.kvs");
        while ((await Kv.RunWith(new Surroundings(), "snapshot", "save", "--dir", _old.DirectoryOf(0), "-f", backup)).ExitCode != 0) await _old.Get(0, "kept");
        await _old.KillAll();
        return backup;
    }

    private async Task Restore(int exitCode, string says, string backup, int node)
    {
        var run = await Kv.RunWith(new Surroundings(), "snapshot", "restore", backup, "--new-cluster", "--genesis", _old.Genesis, "--dir", _new.DirectoryOf(node));
        Assert.True(run.ExitCode == exitCode, run.Error);
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
    }

    private async Task<string> RevisionOf(int node, string key)
    {
        var listed = await Kv.RunWith(new Surroundings { Url = _new.UrlOf(node), Key = _new.KeyFileOf(0) }, "list", "-o", "json");
        Assert.True(listed.ExitCode == 0, listed.Error);
        using var entry = System.Text.Json.JsonDocument.Parse(listed.Output.Split('\n').First(line => line.Contains($"\"{key}\"", StringComparison.Ordinal)));
        return entry.RootElement.GetProperty("etag").GetString()!.Trim('"');
    }
}
