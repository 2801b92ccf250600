using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.Replication.Driving;
using KvStore.Replication.Hosting;
using KvStore.Replication.Ports;
using KvStore.Replication.Storing;
using KvStore.Replication.Tests.Setup;
using KvStore.StateMachine;
using KvStore.Storage;

namespace KvStore.Replication.Tests.Backup;

/// <summary>The replica of node 1 over a directory, with the real driver; what it says is kept, and reaches nobody.</summary>
internal sealed class BackupReplica : IPeerTransport, IRootComputer, ICheckpointSaver, INodeEvents, IDisposable
{
    private static readonly ReplicaId _self = new(1);
    private static readonly ReplicaId _primary = new(0);

    private readonly Genesis _genesis;
    private readonly Ed25519PrivateKey _key = new(SetupFolder.Seed(_self.Index));
    private readonly ReplicaDisk _disk;
    private readonly MessageVerifier _verifier;
    private readonly List<PeerMessage> _said = [];

    public BackupReplica(string directory, Genesis genesis)
        : this(ReplicaDisk.Open(directory, DurabilityMode.None), genesis, shard: 0)
    {
    }

    public BackupReplica(ReplicaDisk disk, Genesis genesis, int shard)
    {
        _genesis = genesis;
        _disk = disk;
        var group = genesis.Groups[shard];
        _verifier = new MessageVerifier(new StatementContext(genesis.Cluster, group.Id, new Epoch(0)), group.Config, genesis.Consensus, group.Members, Ed25519.Instance);
        var replica = new ReplicaOptions(_self, group.Config, genesis.Consensus, genesis.Cluster);
        var options = new DriverOptions(replica, genesis.Limits, genesis.Clients, new ShardPartition(new ShardMap(genesis.Groups.Length), group.Id), _verifier);
        Driver = new ReplicaDriver(
            options, new DriverPorts(new KeyStatementSigner(_self, _key), this, _disk.Log, _disk.Snapshots, this, this, _disk.Ledger, this), StartMode.Restart);
        Driver.Start(Now, nonce: 1);
    }

    public ReplicaDriver Driver { get; }

    /// <summary>The votes that it sent.</summary>
    public IEnumerable<Statement> Votes =>
        _said.OfType<StatementMessage>().Select(message => message.Signed.UntypedStatement).Where(statement => statement is Prepare or Commit or ViewChange);

    /// <summary>What it asks the others when it starts: with what its log knows that it has said.</summary>
    public RecallMessage Question => _said.OfType<RecallMessage>().First();

    /// <summary>The positions that it executes, because its log shows them committed.</summary>
    public List<SequenceNumber> Executed { get; } = [];

    public bool SaidThatItRejoins => _said.OfType<StatusMessage>().All(status => status.Rejoining) && _said.OfType<StatusMessage>().Any();

    private static Timestamp Now => new((ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

    /// <summary>Two others answer that they hold nothing that it does not know that it has said.</summary>
    public void HearNothingForgotten()
    {
        var status = new StatusMessage(View.Initial, Active: true, default, default, new SequenceNumber(1), Rejoining: false);
        foreach (var peer in new ushort[] { 2, 3 })
        {
            Assert.True(_verifier.TryVerify(new RecalledMessage(Question.Nonce, View.Initial, default, status, []), out var answer, out _));
            Driver.Run([new MessageReceived(new ReplicaId(peer), answer)]);
        }
    }

    /// <summary>The primary proposes a request for the next position, and then falls silent for long enough to be suspected.</summary>
    public void Propose()
    {
        using var client = new TestClient(_genesis.Cluster);
        Assert.True(_verifier.TryVerify(client.Sign(OperationMethod.Put, "/v1/kv/{key-0}", "value"), out var request));
        var batch = new Batch(Now, [request.Digest]);
        var position = Driver.View.Sequence.Next;
        using var key = new Ed25519PrivateKey(SetupFolder.Seed(_primary.Index));
        var writer = new CanonicalWriter();
        var prePrepare = new PrePrepare(View.Initial, position, batch.Digest);
        StatementCodec.EncodeSignedBytes(writer, _verifier.Context, prePrepare);
        Assert.True(_verifier.TryVerify(new ProposalMessage(new Signed<PrePrepare>(prePrepare, _primary, key.Sign(writer.Written)), batch), out var proposal, out _));
        Driver.Run([Driver.ToInput(null, request)]);
        Driver.Run([new MessageReceived(_primary, proposal)]);
        for (ulong tick = 0; tick < 3 * _genesis.Consensus.RequestTimeoutTicks; tick++) Driver.Run([new Tick(Now)]);
        Assert.Empty(Executed);
    }

    public void Dispose()
    {
        _disk.Dispose();
        _key.Dispose();
    }

    public void Send(ReplicaId to, PeerMessage message) => _said.Add(message);

    public void Broadcast(PeerMessage message) => _said.Add(message);

    public void Compute(ShardState state)
    {
        // No checkpoint is reached here.
    }

    public void Save(CheckpointSave work)
    {
        // Nor is one saved.
    }

    public void OnExecuted(ExecutedBatch batch, Signed<Executed> own) => Executed.Add(batch.Sequence);

    public void OnInstalled(ShardState state) => Assert.Fail("There is nobody to fetch a state from.");

    public void OnOwnReadIndex(ReadIndexAnswer answer)
    {
        // Nobody reads.
    }

    public void OnFoundExecuted(Digest request, OperationResult result, SequenceNumber sequence) => Assert.Fail("The request is new.");

    public void OnRefused(Digest request) => Assert.Fail("There is room for every request.");

    public void OnRejected(RejectionKind kind, ReplicaId from) => Assert.Fail($"{kind} from {from}.");

    public void OnSuspected(SuspicionKind kind, ReplicaId of) => Assert.True(kind >= SuspicionKind.NoProgress, $"{kind} of {of}."); // Late and missing are all but the primary, and that one in the end.

    public void OnEquivocation(Signed earlier, Signed later) => Assert.Fail("Nobody contradicts itself.");

    public void OnForgotten(Signed statement) => Assert.Fail("Nobody answers.");

    public void OnViewChanged(ViewChanged change)
    {
        // It may leave the view, and says so to nobody.
    }
}
