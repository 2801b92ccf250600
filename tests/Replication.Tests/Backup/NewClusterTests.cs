using KvStore.Protocol;
using KvStore.Replication.Backup;
using KvStore.Replication.Setup;
using KvStore.Replication.Storing;
using KvStore.Replication.Tests.Setup;
using KvStore.StateMachine;
using KvStore.Storage;

namespace KvStore.Replication.Tests.Backup;

/// <summary>docs/divergence.md, "A cluster that begins with another one's state".</summary>
public sealed class NewClusterTests : IDisposable
{
    private static readonly ClientPolicy _clients = ClientPolicy.Any;

    private readonly BackupFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_genesis_names_each_shards_first_state_and_so_does_the_clusters_id()
    {
        var document = New(Snapshot(0), Snapshot(1));
        Assert.Equal(_folder.Genesis.Cluster, document.Genesis.Origin!.Cluster);
        Assert.Equal([BackupFolder.Position, BackupFolder.Position], document.Genesis.Origin.Shards.Select(shard => (int)shard.Position.Number));
        document.Write(_folder["new.json"], overwrite: false);
        var read = GenesisDocument.Read(_folder["new.json"]);
        Assert.Equal(document.Genesis.Cluster, read.Genesis.Cluster);
        Assert.Equal(document.Genesis.Origin.Shards, read.Genesis.Origin!.Shards);
        Assert.NotEqual((read.Genesis with { Origin = null }).Encode(), read.Genesis.Encode());

        var text = File.ReadAllText(_folder["new.json"]);
        File.WriteAllText(_folder["new.json"], text.Replace("\"position\": 8", "\"position\": 9", StringComparison.Ordinal));
        Assert.Throws<SetupException>(() => GenesisDocument.Read(_folder["new.json"]));
    }

    [Fact]
    public void Every_shard_needs_a_snapshot() =>
        Assert.Contains("has 2 shards", Assert.Throws<SetupException>(() => NewCluster.Start([Snapshot(1)], _clients)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_first_state_has_the_keys_and_their_revisions_and_none_of_the_sessions()
    {
        var old = BackupFolder.StateOf(_folder.Genesis);
        var state = InitialState.Of(old, _folder.Genesis.Limits, _clients)!;
        Assert.Equal(0UL, state.Sequence.Number);
        Assert.Equal(LedgerFrontier.Empty.Root, state.LedgerRoot);
        Assert.Equal(0, state.SessionCount);
        Assert.True(old.SessionCount > 0);
        Assert.Equal((old.View.KeyCount, old.View.Revision, old.Time), (state.View.KeyCount, state.View.Revision, state.Time));
        Assert.Equal(state.ComputeRoot(), InitialState.Of(old, _folder.Genesis.Limits, _clients)!.ComputeRoot());
        Assert.Null(InitialState.Of(old, _folder.Genesis.Limits with { KeyBytesMax = 2 }, _clients));
    }

    [Fact]
    public void A_node_begins_with_it_and_keeps_its_leave_to_start_for_the_first_time()
    {
        var snapshot = Snapshot(0);
        using var setup = SetupOf(New(snapshot, Snapshot(1)));
        NewCluster.Restore(setup, snapshot);
        Assert.True(setup.Marks.MayStartFirst());
        Assert.False(setup.Marks.HasRun());
        using (var disk = ReplicaDisk.Open(setup.Config.ShardPath(new GroupId(0)), DurabilityMode.None))
        {
            Assert.True(disk.IsEmpty);
            Assert.Equal([SequenceNumber.Genesis], disk.Snapshots.Positions);
            Assert.Null(SnapshotFiles.NewestIn(setup.Config.ShardPath(new GroupId(0)))); // It is no checkpoint's, and no backup.
        }

        Assert.Contains("There is data", Refused(setup, snapshot), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_snapshot_than_the_genesis_names_is_refused_and_so_is_a_node_that_has_run()
    {
        var snapshot = Snapshot(0);
        var document = New(snapshot, Snapshot(1));
        using (var setup = SetupOf(document))
        {
            Assert.Contains("and this is one of position", Refused(setup, Snapshot(0, keys: 39)), StringComparison.Ordinal);
            setup.Marks.OnStart();
            Assert.Contains("has run", Refused(setup, snapshot), StringComparison.Ordinal);
        }

        using var empty = SetupOf(SetupFolder.Signed(name: "empty"), node: 1);
        Assert.Contains("begins empty", Refused(empty, snapshot), StringComparison.Ordinal);
        using var same = SetupOf(document, node: 2);
        Assert.Contains("Restore it to a node of its own cluster", Assert.Throws<SetupException>(() => RestoredDisk.Write(same, snapshot)).Next, StringComparison.Ordinal);
    }

    private static string Refused(NodeSetup setup, CertifiedSnapshot snapshot) => Assert.Throws<SetupException>(() => NewCluster.Restore(setup, snapshot)).Message;

    private static GenesisDocument New(params CertifiedSnapshot[] snapshots)
    {
        var document = GenesisDocument.Create("new", [.. Enumerable.Range(0, 4).Select(SetupFolder.MemberOf)], 2, _clients, start: NewCluster.Start(snapshots, _clients));
        for (var i = 0; i < 4; i++)
        {
            using var key = new Ed25519PrivateKey(SetupFolder.Seed(i));
            document = document.Sign(key);
        }

        return document;
    }

    private NodeSetup SetupOf(GenesisDocument document, int node = 0) => NodeSetup.Read(SetupFolder.Config(_folder.Node(node, document)));

    private CertifiedSnapshot Snapshot(uint shard, int keys = 40)
    {
        var state = BackupFolder.StateOf(_folder.Genesis, shard, keys);
        var path = _folder.Write($"snapshot-{shard}-{keys}-{Guid.NewGuid():N}", state, BackupFolder.Certify(_folder.Genesis, shard, state, 0, 1, 2));
        return CertifiedSnapshot.Read(path, _folder.Genesis, new GroupId(shard));
    }
}
