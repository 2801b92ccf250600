using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.Replication.Driving;
using KvStore.Replication.Ports;
using KvStore.Replication.Storing;
using KvStore.StateMachine;

namespace KvStore.Simulator;

/// <summary>One copy of a replica: the real driver over memory. Nothing crashes here, so nothing needs a disk.</summary>
internal sealed class TwinsNode : IPeerTransport, INodeEvents, IRootComputer, ICheckpointSaver
{
    private readonly Action<TwinsNode, ReplicaId?, PeerMessage> _send;
    private readonly SortedDictionary<SequenceNumber, Digest> _executed = [];
    private List<Input> _inbox = [];

    public TwinsNode(int index, DriverOptions options, IStatementSigner signer, Action<TwinsNode, ReplicaId?, PeerMessage> send)
    {
        Index = index;
        Id = options.Replica.Self;
        _send = send;
        Driver = new ReplicaDriver(options, new DriverPorts(signer, this, new MemoryReplicaLog(), new MemorySnapshotStore(), this, this, null, this), StartMode.Genesis);
    }

    public int Index { get; }

    public ReplicaId Id { get; }

    public ReplicaDriver Driver { get; }

    /// <summary>What was executed where.</summary>
    public IReadOnlyDictionary<SequenceNumber, Digest> Executed => _executed;

    public bool HasInput => _inbox.Count > 0;

    public bool HasStopped { get; set; }

    public void Add(Input input) => _inbox.Add(input);

    public void Add(ReplicaId from, VerifiedMessage message) => Driver.AddInputs(from, message, _inbox);

    public void Round()
    {
        var inputs = _inbox;
        _inbox = [];
        Driver.Run(inputs);
    }

    public void Send(ReplicaId to, PeerMessage message) => _send(this, to, message);

    public void Broadcast(PeerMessage message) => _send(this, null, message);

    public void Compute(ShardState state) => Add(new SnapshotReady(state.Sequence, state.ComputeRoot(), state.LedgerRoot));

    public void Save(CheckpointSave work)
    {
        while (work.Step())
        {
        }

        Driver.OnSaved(new CheckpointSaved(work, null));
    }

    public void OnExecuted(ExecutedBatch batch, Signed<Executed> own) => _executed[batch.Sequence] = batch.Batch;

    public void OnInstalled(ShardState state)
    {
        // What it jumped over it did not execute.
    }

    public void OnFoundExecuted(Digest request, OperationResult result, SequenceNumber sequence)
    {
        // Nobody waits for an answer.
    }

    public void OnOwnReadIndex(ReadIndexAnswer answer)
    {
        // Nobody reads.
    }

    public void OnRefused(Digest request)
    {
        // There is room for the few requests that there are.
    }

    public void OnRejected(RejectionKind kind, ReplicaId from)
    {
        // Two copies of one replica contradict each other; that is refused, and is what this is about.
    }

    public void OnSuspected(SuspicionKind kind, ReplicaId of)
    {
        // Parts that are cut off suspect each other, as they should.
    }

    public void OnEquivocation(Signed earlier, Signed later)
    {
        // Evidence against the twins.
    }

    public void OnForgotten(Signed said)
    {
        // Copies remember different things; the correct ones do not restart, and forget nothing.
    }

    public void OnViewChanged(ViewChanged change)
    {
        // The group's course is judged by what is executed.
    }
}
