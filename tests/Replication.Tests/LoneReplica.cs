using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.Replication.Driving;
using KvStore.Replication.Hosting;
using KvStore.Replication.Ports;
using KvStore.Replication.Storing;
using KvStore.StateMachine;
using KvStore.Storage;

namespace KvStore.Replication.Tests;

/// <summary>Runs of a group of one over any disk, in one thread: the real driver, whose background work is done when a test says so.</summary>
internal sealed class LoneReplica : IPeerTransport, IRootComputer, ICheckpointSaver, INodeEvents
{
    private static readonly Ed25519PrivateKey _key = new(Enumerable.Range(0, Ed25519PrivateKey.SeedLength).Select(i => (byte)i).ToArray());
    private static readonly ConsensusConfig _config = new() { CheckpointInterval = 4, IdleCheckpointTicks = ulong.MaxValue / 2 };
    private static readonly GroupConfig _group = new(1);
    private static readonly ClusterId _cluster = new(Digest.Of("a lone replica"u8));

    private readonly Queue<SnapshotReady> _roots = new();
    private readonly ReplicaDisk _disk;

    private LoneReplica(IDisk disk)
    {
        var mode = StartMode.Restart;
        _disk = ReplicaDisk.Over(disk, new WriteAheadLogOptions { AllocationBytes = 2048, NewSalt = () => 42 }, snapshotChunkBytes: 400);
        if (_disk.IsEmpty) mode = StartMode.Genesis;
        var verifier = new MessageVerifier(new StatementContext(_cluster, new GroupId(0), default), _group, _config, [_key.PublicKey], Ed25519.Instance, new VerificationCache());
        var partition = new ShardPartition(new ShardMap(1), new GroupId(0));
        var options = new DriverOptions(new ReplicaOptions(new ReplicaId(0), _group, _config, _cluster), new StateLimits(), ClientPolicy.Any, partition, verifier);
        Driver = new ReplicaDriver(
            options, new DriverPorts(new KeyStatementSigner(new ReplicaId(0), _key), this, _disk.Log, _disk.Snapshots, this, this, _disk.Ledger, this), mode);
        Verifier = verifier;
    }

    public static TestClient Client { get; } = new(_cluster);

    public ReplicaDriver Driver { get; }

    public MessageVerifier Verifier { get; }

    public DiskLedger Ledger => _disk.Ledger;

    /// <summary>Work on checkpoints that waits to be done.</summary>
    public Queue<CheckpointSave> Saves { get; } = new();

    /// <summary>The positions whose execution was told, and the roots of the ledger there.</summary>
    public SortedDictionary<ulong, Digest> Told { get; } = [];

    /// <summary>Starts a run.</summary>
    public static LoneReplica Start(IDisk disk)
    {
        var replica = new LoneReplica(disk);
        replica.Driver.Start(Now, nonce: 1);
        return replica;
    }

    /// <summary>Has a write ordered and executed.</summary>
    public void Put(string key, string value)
    {
        Assert.True(Verifier.TryVerify(Client.Sign(OperationMethod.Put, $"/v1/kv/{key}", value), out var request));
        Driver.Run([Driver.ToInput(null, request)]);
        while (_roots.TryDequeue(out var root)) Driver.Run([root]);
    }

    public void Tick() => Driver.Run([new Tick(Now)]);

    /// <summary>Does all of the work on checkpoints that waits.</summary>
    public void SaveAll()
    {
        while (Saves.TryDequeue(out var work))
        {
            while (work.Step())
            {
            }

            Driver.OnSaved(new CheckpointSaved(work, null));
        }

        Tick();
    }

    public void Send(ReplicaId to, PeerMessage message)
    {
    }

    public void Broadcast(PeerMessage message)
    {
    }

    public void Compute(ShardState state) => _roots.Enqueue(new SnapshotReady(state.Sequence, state.ComputeRoot(), state.LedgerRoot));

    public void Save(CheckpointSave work) => Saves.Enqueue(work);

    public void OnExecuted(ExecutedBatch batch, Signed<Executed> own) => Told[batch.Sequence.Number] = batch.LedgerRoot;

    public void OnInstalled(ShardState state) => Assert.Fail("There is nobody to fetch a state from.");

    public void OnOwnReadIndex(ReadIndexAnswer answer) => ReadIndexAnswers++;

    public int ReadIndexAnswers { get; private set; }

    public void OnFoundExecuted(Digest request, OperationResult result, SequenceNumber sequence) => Assert.Fail("Nobody sends a request again.");

    public void OnRefused(Digest request) => Assert.Fail("There is room for every request.");

    public void OnRejected(RejectionKind kind, ReplicaId from) => Assert.Fail($"Its own {kind}.");

    public void OnSuspected(SuspicionKind kind, ReplicaId of) => Assert.Fail("There is nobody to suspect.");

    public void OnEquivocation(Signed earlier, Signed later) => Assert.Fail("It contradicts itself.");

    public void OnForgotten(Signed statement) => Assert.Fail("There is nobody who knows better.");

    public void OnViewChanged(ViewChanged change)
    {
    }

    private static Timestamp Now => new((ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
}
