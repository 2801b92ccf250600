// Four replicas with the real driver in one thread, and perhaps two of one key. It may break: nothing of the network, which delivers all there is, also to both
// of one key; a replica whose disk fails ends, as its process would.
using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.Replication.Driving;
using KvStore.Replication.Hosting;
using KvStore.Replication.Ports;
using KvStore.Replication.Storing;
using KvStore.StateMachine;
using KvStore.Storage;

namespace KvStore.Replication.Tests;

/// <summary>A group in one thread.</summary>
internal sealed class DrivenGroup
{
    private const int Replicas = 4;

    private static readonly GroupConfig _group = new(Replicas);
    private static readonly ClusterId _cluster = new(Digest.Of("a driven group"u8));

    private readonly ConsensusConfig _config;

    private readonly Ed25519PrivateKey[] _keys =
        [.. Enumerable.Range(1, Replicas).Select(index => new Ed25519PrivateKey(Enumerable.Repeat((byte)index, Ed25519PrivateKey.SeedLength).ToArray()))];

    private readonly Queue<(ReplicaId From, ReplicaId To, PeerMessage Message)> _network = new();
    private readonly List<DrivenReplica> _all = [];
    private ulong _nonce;

    public DrivenGroup(ConsensusConfig? config = null)
    {
        _config = config ?? new ConsensusConfig { CheckpointInterval = 8 };
        var context = new StatementContext(_cluster, new GroupId(0), default);
        Verifier = new MessageVerifier(context, _group, _config, [.. _keys.Select(key => key.PublicKey)], Ed25519.Instance, new VerificationCache());
        Now = new Timestamp((ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
    }

    public MessageVerifier Verifier { get; }

    public Timestamp Now { get; private set; }

    public TestClient Client { get; } = new(_cluster);

    /// <summary>Starts a replica; one of the same key may be running.</summary>
    public DrivenReplica Start(int index, IDisk disk, StartMode mode)
    {
        var options = new DriverOptions(
            new ReplicaOptions(new ReplicaId((ushort)index), _group, _config, _cluster), new StateLimits(), ClientPolicy.Any, new ShardPartition(new ShardMap(1), new GroupId(0)), Verifier);
        var replica = new DrivenReplica(this, options, new KeyStatementSigner(options.Replica.Self, _keys[index]), ReplicaDisk.Over(disk), mode, ++_nonce);
        _all.Add(replica);
        return replica;
    }

    /// <summary>Hands a write to some of the replicas.</summary>
    public void Put(string key, params IEnumerable<DrivenReplica> to)
    {
        Assert.True(Verifier.TryVerify(Client.Sign(OperationMethod.Put, $"/v1/kv/{key}", "value"), out var request));
        foreach (var replica in to) replica.Run(() => [replica.Driver.ToInput(null, request)]);
    }

    /// <summary>Lets time pass, and delivers everything, until a condition holds.</summary>
    public void Until(Func<bool> condition, string what)
    {
        for (var tick = 0; !condition(); tick++)
        {
            Assert.True(tick < 3000, what);
            Now = new Timestamp(Now.UnixMilliseconds + 10);
            foreach (var replica in _all.ToList()) replica.Run(() => [new Tick(Now)]);
            while (_network.TryDequeue(out var sent))
            {
                foreach (var replica in _all.Where(replica => replica.Id == sent.To).ToList()) replica.Hear(sent.From, sent.Message);
            }
        }
    }

    public void Send(ReplicaId from, ReplicaId? to, PeerMessage message)
    {
        for (ushort i = 0; i < Replicas; i++)
        {
            if (to is { } one ? one.Index == i : from.Index != i) _network.Enqueue((from, new ReplicaId(i), message));
        }
    }
}

/// <summary>One of them.</summary>
internal sealed class DrivenReplica : IPeerTransport, IRootComputer, ICheckpointSaver, INodeEvents
{
    private readonly DrivenGroup _group;
    private readonly Queue<Action> _later = new();
    private readonly List<CheckpointSave> _held = [];

    public DrivenReplica(DrivenGroup group, DriverOptions options, IStatementSigner signer, ReplicaDisk disk, StartMode mode, ulong nonce)
    {
        (_group, Id) = (group, options.Replica.Self);
        Driver = new ReplicaDriver(options, new DriverPorts(signer, this, disk.Log, disk.Snapshots, this, this, disk.Ledger, this), mode);
        Driver.Start(group.Now, nonce);
    }

    public ReplicaId Id { get; }

    public ReplicaDriver Driver { get; }

    /// <summary>What ended it; null while it runs.</summary>
    public DiskFailedException? Failure { get; private set; }

    /// <summary>All statements that left it.</summary>
    public List<Statement> Said { get; } = [];

    /// <summary>The questions about the read index that it answered, others' and its own gateway's.</summary>
    public List<ulong> AnsweredRounds { get; } = [];

    public SequenceNumber Executed => Driver.View.Sequence;

    /// <summary>It ends, as a process that is killed.</summary>
    public void End() => Failure = new DiskFailedException("The process was killed.");

    /// <summary>A round, as the host does it.</summary>
    public void Run(Func<IReadOnlyList<Input>> inputs)
    {
        if (Failure is not null) return;
        try
        {
            Driver.Run(inputs());
            while (_later.TryDequeue(out var work)) work();
        }
        catch (DiskFailedException failure)
        {
            Failure = failure;
        }
    }

    public void Hear(ReplicaId from, PeerMessage message)
    {
        if (message is StatementMessage { Signed: Signed<Executed> } or ReadIndexAnswer) return;
        VerifiedMessage heard = new PlainMessage(message);
        if (message is StatementMessage or ProposalMessage or RequestsMessage or CommittedMessage or StableMessage or RecalledMessage
            && !_group.Verifier.TryVerify(message, out heard, out _))
        {
            Assert.Fail($"{from} sent a {message} that is not good.");
        }

        Run(() =>
        {
            var inputs = new List<Input>();
            Driver.AddInputs(from, heard, inputs);
            return inputs;
        });
    }

    public void Send(ReplicaId to, PeerMessage message) => Keep(to, message);

    public void Broadcast(PeerMessage message) => Keep(null, message);

    public void Compute(ShardState state) => _later.Enqueue(() => Driver.Run([new SnapshotReady(state.Sequence, state.ComputeRoot(), state.LedgerRoot)]));

    /// <summary>Whether work on checkpoints is left undone, until <see cref="SaveHeld"/>.</summary>
    public bool HoldsSaves { get; set; }

    public void Save(CheckpointSave work) => _later.Enqueue(() => SaveOrHold(work));

    private void SaveOrHold(CheckpointSave work)
    {
        if (HoldsSaves)
        {
            _held.Add(work);
            return;
        }

        while (work.Step())
        {
        }

        Driver.OnSaved(new CheckpointSaved(work, null));
    }

    /// <summary>Does what was left undone.</summary>
    public void SaveHeld()
    {
        HoldsSaves = false;
        foreach (var work in _held.ToList()) SaveOrHold(work);
        _held.Clear();
    }

    public void OnExecuted(ExecutedBatch batch, Signed<Executed> own) => Said.Add(own.Statement);

    public void OnInstalled(ShardState state)
    {
    }

    public void OnFoundExecuted(Digest request, OperationResult result, SequenceNumber sequence)
    {
    }

    public void OnOwnReadIndex(ReadIndexAnswer answer) => AnsweredRounds.Add(answer.Round);

    public void OnRefused(Digest request)
    {
    }

    public void OnRejected(RejectionKind kind, ReplicaId from)
    {
    }

    public void OnSuspected(SuspicionKind kind, ReplicaId of)
    {
    }

    public void OnEquivocation(Signed earlier, Signed later) => Equivocations++;

    /// <summary>How many contradictions it saw.</summary>
    public int Equivocations { get; private set; }

    public void OnForgotten(Signed statement)
    {
    }

    public void OnViewChanged(ViewChanged change)
    {
    }

    private void Keep(ReplicaId? to, PeerMessage message)
    {
        if (message is StatementMessage statement) Said.Add(statement.Signed.UntypedStatement);
        if (message is ReadIndexAnswer answer) AnsweredRounds.Add(answer.Round);
        if (message is ProposalMessage proposal) Said.Add(proposal.PrePrepare.Statement);
        _group.Send(Id, to, message);
    }
}
