using KvStore.Protocol;
using KvStore.Replication.Backup;
using KvStore.Replication.InProcess;
using KvStore.Replication.Setup;
using KvStore.Replication.Storing;
using KvStore.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace KvStore.Replication.Tests.Backup;

/// <summary>A disk that a snapshot was restored to, and what its replica says.</summary>
public sealed class RestoredDiskTests : IDisposable
{
    private readonly BackupFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_votes_for_nothing_that_it_may_have_voted_on_before_it_was_lost()
    {
        RestoredDisk.Write(_folder["disk"], Good());
        var restored = new BackupReplica(_folder["disk"], _folder.Genesis);
        Assert.True(restored.Driver.Replica.IsRejoining);
        Assert.Equal(40, restored.Driver.View.KeyCount);
        restored.Propose();
        Assert.Empty(restored.Votes);
        Assert.True(restored.SaidThatItRejoins);
        restored.Dispose();

        // Nor after another start, although it has logged the proposal now.
        using var again = new BackupReplica(_folder["disk"], _folder.Genesis);
        Assert.True(again.Driver.Replica.IsRejoining);
        Assert.Empty(again.Votes);
    }

    [Fact]
    public void The_same_disk_with_nothing_forgotten_would_vote()
    {
        var good = Good();
        using (var disk = ReplicaDisk.Open(_folder["disk"], DurabilityMode.None))
        {
            _ = disk.Snapshots.Save(good.State, good.Certificate)!.Count();
            disk.Log.BeginAt(good.State.Sequence, [new StableRecord(good.Certificate)]);
            disk.Log.Flush();
        }

        using var replica = new BackupReplica(_folder["disk"], _folder.Genesis);
        replica.HearNothingForgotten();
        replica.Propose();
        Assert.NotEmpty(replica.Votes);
    }

    [Fact]
    public async Task In_a_running_group_it_fetches_only_what_came_later_and_takes_full_part_again()
    {
        var directory = _folder["group"];
        var options = new InProcessOptions { Directory = directory, Consensus = new ConsensusConfig { CheckpointInterval = 8 } };
        await using var cluster = InProcessCluster.Start(options, NullLoggerFactory.Instance);
        using var client = new TestClient(cluster.Genesis.Cluster);
        var group = cluster.Groups[0];
        var disk = Path.Combine(directory, "shard-0", "replica-2");
        for (var i = 0; i < 60; i++) await Put($"key-{i}");
        while (SnapshotFiles.NewestIn(disk) is null) await Put("another");
        var saved = SnapshotSave.Save(disk, cluster.Genesis, new GroupId(0), _folder["backup"], overwrite: false);
        for (var i = 60; i < 90; i++) await Put($"key-{i}");

        group.StopReplica(2);
        Directory.Delete(disk, recursive: true);
        RestoredDisk.Write(disk, CertifiedSnapshot.Read(_folder["backup"], cluster.Genesis, shard: null));
        group.StartReplica(2, emptyDisk: false);
        await Until(() => group.Statuses[2] is { Running: true, Rejoining: true } status && status.StableCheckpoint >= saved.State.Sequence.Number);
        await Until(() => group.Statuses[2] is { Rejoining: false, FetchingState: false, Keys: >= 90 });
        group.StopReplica(0);
        await Put("with-its-vote");

        Task Put(string key) => group.SubmitAsync(client.Sign(OperationMethod.Put, $"/v1/kv/{key}", "value"), Cancel);

        // What the group executes meanwhile is what moves it on.
        async Task Until(Func<bool> condition)
        {
            while (!condition()) await Put("other");
        }
    }

    [Fact]
    public void A_nodes_disk_is_marked_as_used_before_anything_is_restored()
    {
        using var setup = SetupOf(0);
        Assert.True(setup.Marks.MayStartFirst());
        RestoredDisk.Write(setup, Good());
        Assert.True(setup.Marks.HasRun());
        Assert.False(setup.Marks.MayStartFirst());
        using var disk = ReplicaDisk.Open(setup.Config.ShardPath(new GroupId(0)), DurabilityMode.None);
        Assert.False(disk.IsEmpty);
        Assert.False(Directory.Exists(setup.Config.ShardPath(new GroupId(1))));
    }

    [Fact]
    public void What_a_broken_off_restore_left_does_not_matter()
    {
        using var setup = SetupOf(0);
        var path = setup.Config.ShardPath(new GroupId(0));
        Directory.CreateDirectory(path);
        Directory.CreateDirectory($"{path}.restoring");
        File.WriteAllText(Path.Combine($"{path}.restoring", "wal-00000001"), "half");
        RestoredDisk.Write(setup, Good());
        using var replica = new BackupReplica(path, _folder.Genesis);
        Assert.True(replica.Driver.Replica.IsRejoining);
        Assert.False(Directory.Exists($"{path}.restoring"));
    }

    [Fact]
    public void Data_that_is_there_is_not_touched_whether_the_node_runs_or_not()
    {
        using var setup = SetupOf(0);
        var path = setup.Config.ShardPath(new GroupId(0));
        using (ReplicaDisk.Open(path, DurabilityMode.None))
        {
            Assert.Contains($"Process {Environment.ProcessId} runs", Refused(setup, Good()), StringComparison.Ordinal);
        }

        var files = Directory.GetFiles(path);
        Assert.Contains("There is data", Refused(setup, Good()), StringComparison.Ordinal);
        Assert.Equal(files, Directory.GetFiles(path));
        Directory.Delete(path, recursive: true);
        using (ReplicaDisk.Open(setup.Config.ShardPath(new GroupId(1)), DurabilityMode.None)) Assert.Contains("runs the node", Refused(setup, Good()), StringComparison.Ordinal);
        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public void A_snapshot_of_another_cluster_is_nobodys_disk()
    {
        var other = Setup.SetupFolder.Signed(name: "other").Genesis;
        var state = BackupFolder.StateOf(other);
        var snapshot = CertifiedSnapshot.Read(_folder.Write("foreign", state, BackupFolder.Certify(other, 0, state, 0, 1, 2)), other, shard: null);
        using var setup = SetupOf(0);
        Assert.Contains("is of the cluster", Refused(setup, snapshot), StringComparison.Ordinal);
        Assert.False(setup.Marks.HasRun());
    }

    [Fact]
    public void Where_the_others_are_no_quorum_there_is_nobody_to_catch_up_from()
    {
        var member = Setup.SetupFolder.MemberOf(0);
        using var key = new Ed25519PrivateKey(Setup.SetupFolder.Seed(0));
        var document = GenesisDocument.Create("lone", [member], 1, StateMachine.ClientPolicy.Any).Sign(key);
        KeyFile.Write(_folder["lone.key"], Setup.SetupFolder.Seed(0), KeyRole.Replica, isDevelopment: false, overwrite: false);
        NodeDirectory.Create(_folder["lone"], _folder["lone.key"], document, isFirst: true);
        var state = BackupFolder.StateOf(document.Genesis);
        var snapshot = CertifiedSnapshot.Read(_folder.Write("alone", state, BackupFolder.Certify(document.Genesis, 0, state, 0)), document.Genesis, shard: null);
        using var setup = NodeSetup.Read(Setup.SetupFolder.Config(_folder["lone"]));
        Assert.Contains("make no quorum", Refused(setup, snapshot), StringComparison.Ordinal);
    }

    private static string Refused(NodeSetup setup, CertifiedSnapshot snapshot) => Assert.Throws<SetupException>(() => RestoredDisk.Write(setup, snapshot)).Message;

    private NodeSetup SetupOf(int node) => NodeSetup.Read(Setup.SetupFolder.Config(_folder.Node(node)));

    private CertifiedSnapshot Good() => CertifiedSnapshot.Read(_folder.WriteGood(), _folder.Genesis, shard: null);
}
