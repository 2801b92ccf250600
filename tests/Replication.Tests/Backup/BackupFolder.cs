using KvStore.Protocol;
using KvStore.Replication.Setup;
using KvStore.Replication.Storing;
using KvStore.Replication.Tests.Setup;
using KvStore.StateMachine;
using KvStore.Storage;

namespace KvStore.Replication.Tests.Backup;

/// <summary>Snapshots of a cluster of two shards, signed by whichever of its members a test wants, in a folder of its own.</summary>
internal sealed class BackupFolder : IDisposable
{
    public const int Position = 8;

    private readonly SetupFolder _folder = new();

    /// <summary>The cluster.</summary>
    public GenesisDocument Document { get; } = SetupFolder.Signed();

    public Genesis Genesis => Document.Genesis;

    public string this[string name] => _folder[name];

    /// <summary>A node's directory with its first start ahead.</summary>
    public string Node(int node) => _folder.Node(node, Document);

    /// <summary>One of another cluster.</summary>
    public string Node(int node, GenesisDocument document) => _folder.Node(node, document);

    /// <summary>A shard's state after some writes.</summary>
    public static ShardState StateOf(Genesis genesis, uint shard = 0, int keys = 40)
    {
        var partition = new ShardPartition(new ShardMap(genesis.Groups.Length), new GroupId(shard));
        var machine = new ShardStateMachine(genesis.Limits, genesis.Clients, partition, genesis.Cluster);
        using var client = new TestClient(genesis.Cluster);
        var names = Enumerable.Range(0, int.MaxValue).Select(i => $"key-{i}").Where(key => partition.Owns(System.Text.Encoding.UTF8.GetBytes(key))).Take(keys);
        var puts = names.Select(key => client.Sign(OperationMethod.Put, $"/v1/kv/{key}", "value")).ToList();
        var now = new Timestamp((ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        for (ulong position = 1; position <= Position; position++) machine.Execute(new SequenceNumber(position), Digest.Zero, now, position == 1 ? puts : []);
        return machine.Publish();
    }

    /// <summary>The certificate of these members for a state, each signing for a cluster and a shard.</summary>
    public static QuorumCertificate<Checkpoint> Certify(Genesis genesis, uint shard, ShardState state, params int[] signers) =>
        Certify(genesis, shard, new Checkpoint(state.Sequence, state.ComputeRoot(), state.LedgerRoot), signers);

    public static QuorumCertificate<Checkpoint> Certify(Genesis genesis, uint shard, Checkpoint vote, params int[] signers)
    {
        var writer = new CanonicalWriter();
        StatementCodec.EncodeSignedBytes(writer, new StatementContext(genesis.Cluster, new GroupId(shard), new Epoch(0)), vote);
        // A crash group of so many has just this quorum, so that too few can be made as well.
        return QuorumCertificate<Checkpoint>.Of(new GroupConfig(2 * signers.Length - 1, FaultModel.Crash), signers.Select(signer =>
        {
            using var key = new Ed25519PrivateKey(SetupFolder.Seed(signer));
            return MessageVerifier.Own(new Signed<Checkpoint>(vote, new ReplicaId((ushort)signer), key.Sign(writer.Written)));
        }));
    }

    /// <summary>Writes a snapshot as a replica does; gives its path.</summary>
    public string Write(string directory, ShardState state, QuorumCertificate<Checkpoint> certificate, int chunkBytes = 512)
    {
        var path = this[directory];
        using (var disk = FileDisk.Open(path, DurabilityMode.None)) _ = new DiskSnapshotStore(disk, chunkBytes).Save(state, certificate).Count();
        return SnapshotFiles.NewestIn(path)!;
    }

    /// <summary>A good snapshot of shard 0.</summary>
    public string WriteGood(string directory = "replica")
    {
        var state = StateOf(Genesis);
        return Write(directory, state, Certify(Genesis, 0, state, 0, 1, 3));
    }

    public void Dispose() => _folder.Dispose();
}
