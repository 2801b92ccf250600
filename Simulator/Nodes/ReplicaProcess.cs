using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.Replication.Driving;
using KvStore.Replication.Gateways;
using KvStore.Replication.Ports;
using KvStore.Replication.Storing;
using KvStore.StateMachine;
using KvStore.Storage;

namespace KvStore.Simulator;

/// <summary>
/// One run of a node: the real driver and the real gateway, and in place of the host's thread an inbox that is emptied in rounds. Whatever is
/// scheduled for it happens only as long as it is the process that runs on its machine.
/// </summary>
internal sealed class ReplicaProcess : INodeEvents, IPeerTransport, IGatewayOutlet, IRootComputer, ICheckpointSaver
{
    private const ulong GatewayRetryTicks = 20;
    private const int LogAllocationBytes = 8192;
    private const int SnapshotPartBytes = 8000;

    private readonly World _world;
    private readonly Shard _shard;
    private readonly Machine _machine;
    private readonly DeterministicRandom _random;
    private List<Waiting> _inbox = [];
    private bool _roundIsScheduled;
    private long _busyUntil;

    public ReplicaProcess(World world, Shard shard, Machine machine, StartMode mode, DeterministicRandom random)
    {
        _world = world;
        _shard = shard;
        _machine = machine;
        _random = random;
        StartedAt = world.Queue.Now;
        Disk = ReplicaDisk.Over(machine.PowerCut, new WriteAheadLogOptions { AllocationBytes = LogAllocationBytes, NewSalt = random.Next }, SnapshotPartBytes);
        var ports = new DriverPorts(machine.Signer, this, Disk.Log, Disk.Snapshots, this, this, Disk.Ledger, this);
        Driver = new ReplicaDriver(shard.DriverOptionsOf(machine.Id), ports, mode);
        Gateway = new GatewayCore(shard.Group, shard.Verifier, this, random.Next() >> 1);
        Gateway.OnInstalled(Driver.View.Sequence);
    }

    public ReplicaDisk Disk { get; }

    public ReplicaDriver Driver { get; }

    public GatewayCore Gateway { get; }

    /// <summary>When it was started, in milliseconds of simulated time.</summary>
    public long StartedAt { get; }

    /// <summary>The simulated time, in milliseconds.</summary>
    public long Now => _world.Queue.Now;

    private ReplicaId Self => _machine.Id;

    private ulong Place => (ulong)_shard.Index << 32;

    /// <summary>Whether it is the process that runs on its machine.</summary>
    public bool IsCurrent => _machine.Process == this;

    public void Start()
    {
        Driver.Start(_machine.Clock, _random.Next());
        After(_random.Between(0, _shard.Settings.Consensus.TickMilliseconds - 1), Tick);
    }

    /// <summary>It gets no processor for a while: what comes waits, and what it says leaves afterwards.</summary>
    public void Stall(int milliseconds) => _busyUntil = Math.Max(_busyUntil, _world.Queue.Now + milliseconds);

    /// <summary>Its operator is about to stop it.</summary>
    public void Retire() => Enqueue(new Waiting(null, null, null, new Retire()));

    /// <summary>A packet has arrived.</summary>
    public void Deliver(ReplicaId from, Packet packet)
    {
        if (_machine.Tamper is { } tamper)
        {
            if (tamper.Hear(from, packet.Message) is not { } heard) return;
            if (!ReferenceEquals(heard, packet.Message)) packet = new Packet(heard);
        }

        switch (packet.Message)
        {
            case StatementMessage { Signed: Signed<Executed> claim }:
                Gateway.OnPeerExecuted(from, claim);
                break;
            case ReadIndexAnswer answer:
                Gateway.OnReadIndexAnswer(from, answer);
                break;
            default:
                if (Driver.IsSettled(packet.Message)) break;
                if (packet.Verify(_shard.Verifier, out var rejection) is { } verified) Enqueue(new Waiting(from, verified, null, null));
                else OnRejected(rejection, from);
                break;
        }
    }

    /// <summary>This replica is shown a request, whoever else may be.</summary>
    public void Take(VerifiedRequest request) => Enqueue(new Waiting(null, null, request, null));

    void IGatewayOutlet.Distribute(VerifiedRequest request)
    {
        var message = new RequestsMessage([request.Request]);
        if (_machine.Tamper is not { } tamper || tamper.Hear(Self, message) is not null) Take(request);
        Broadcast(message);
    }

    void IGatewayOutlet.AskReadIndex(ReadIndexQuery query)
    {
        Enqueue(new Waiting(Self, new PlainMessage(query), null, null));
        Broadcast(query);
    }

    public void Send(ReplicaId to, PeerMessage message)
    {
        _shard.Contradictions.OnSent(_machine, message);
        SendPacket(to, new Packet(message));
    }

    public void Broadcast(PeerMessage message)
    {
        _shard.Contradictions.OnSent(_machine, message);
        var packet = new Packet(message);
        for (ushort i = 0; i < _shard.Group.Replicas; i++)
        {
            if (i != Self.Index) SendPacket(new ReplicaId(i), packet);
        }
    }

    void IRootComputer.Compute(ShardState state)
    {
        var ticks = _shard.Network.IsHealed ? 0 : _random.Between(0, _shard.Settings.RootTicksMax);
        After(ticks * _shard.Settings.Consensus.TickMilliseconds, () =>
        {
            var ready = new SnapshotReady(state.Sequence, state.ComputeRoot(), state.LedgerRoot);
            CheckState(state);
            Enqueue(new Waiting(null, null, null, ready));
        });
    }

    void ICheckpointSaver.Save(CheckpointSave work) => After(SaveDelay(), () =>
    {
        try
        {
            if (work.Step()) ((ICheckpointSaver)this).Save(work);
            else Driver.OnSaved(new CheckpointSaved(work, null));
        }
        catch (DiskFullException full)
        {
            Driver.OnSaved(new CheckpointSaved(work, full));
        }
    });

    // While the disk is full, what was executed is not told yet: a state may come to be known before its batch.
    private void CheckState(ShardState state)
    {
        if (Driver.IsDiskFull) After(_shard.Settings.Consensus.TickMilliseconds, () => CheckState(state));
        else _shard.Agreement.OnState(_machine, state);
    }

    public void OnExecuted(ExecutedBatch batch, Signed<Executed> own)
    {
        _world.Trace.Note(3 + Place, batch.Sequence.Number);
        _world.Trace.Line(() => $"{_machine} executes {batch.Sequence} with {batch.Outcomes.Length} requests");
        _shard.Agreement.OnExecuted(_machine, batch);
        Gateway.OnOwnExecuted(batch, own);
    }

    public void OnInstalled(ShardState state)
    {
        _world.Trace.Note(4 + Place, state.Sequence.Number);
        _world.Trace.Line(() => $"{_machine} installs the state at {state.Sequence}");
        _shard.StateTransfers++;
        _shard.Agreement.OnState(_machine, state);
        Gateway.OnInstalled(state.Sequence);
    }

    public void OnFoundExecuted(Digest request, OperationResult result, SequenceNumber sequence) =>
        Gateway.OnFoundExecuted(new GatewayAnswer(request, result, Replayed: true, sequence));

    public void OnOwnReadIndex(ReadIndexAnswer answer) => Gateway.OnReadIndexAnswer(Self, answer);

    public void OnRefused(Digest request) => _world.Trace.Line(() => $"{_machine} has no room for a request");

    public void OnRejected(RejectionKind kind, ReplicaId from)
    {
        _world.Trace.Line(() => $"{_machine} rejects from {from}: {kind}");
        _world.CountRejection(kind);
    }

    public void OnSuspected(SuspicionKind kind, ReplicaId of) => _world.Trace.Line(() => $"{_machine} suspects {of}: {kind}");

    public void OnEquivocation(Signed earlier, Signed later)
    {
        var signer = _shard.Machines[later.Signer.Index];
        if (!_machine.IsLiar) _shard.Convicted.Add(signer.Id);
        if (!signer.HasLied) _shard.Violations.Add("No correct replica contradicts itself", $"{_machine} holds evidence against {signer}: {earlier.UntypedStatement} and {later.UntypedStatement}");
    }

    public void OnForgotten(Signed statement)
    {
        _world.Trace.Line(() => $"{_machine} finds that it has said {statement.UntypedStatement.Kind} and does not know of it");
        if (_machine.MayHaveForgotten) return;
        _shard.Violations.Add("A log knows what was said", $"{_machine} said {statement.UntypedStatement} and has it in no log, although its disk was not restored");
    }

    public void OnViewChanged(ViewChanged change)
    {
        _world.Trace.Note(5 + Place, change.View.Number);
        _world.Trace.Line(() => $"{_machine} {(change.Active ? "enters" : "leaves for")} {change.View}");
        _shard.HighestView = Math.Max(_shard.HighestView, change.View.Number);
    }

    private int SaveDelay() => _shard.Network.IsHealed ? 0 : _random.Between(0, _shard.Settings.SavePartMax);

    private void Tick()
    {
        Enqueue(new Waiting(null, null, null, new Tick(_machine.Clock)));
        Gateway.OnTick(GatewayRetryTicks);
        After(_shard.Settings.Consensus.TickMilliseconds, Tick);
    }

    private void Enqueue(Waiting waiting)
    {
        _inbox.Add(waiting);
        if (_roundIsScheduled) return;
        _roundIsScheduled = true;
        After(BusyFor + (_shard.Settings.RoundDelayMax == 0 ? 0 : _random.Between(0, _shard.Settings.RoundDelayMax)), Round);
    }

    private void Round()
    {
        _roundIsScheduled = false;
        var inputs = new List<Input>(_inbox.Count);
        foreach (var waiting in _inbox)
        {
            if (waiting.Input is { } input) inputs.Add(input);
            else if (waiting.Request is { } request) inputs.Add(Driver.ToInput(null, request));
            else Driver.AddInputs(waiting.From!.Value, waiting.Message!, inputs);
        }

        if (!Driver.IsDiskFull) _shard.Contradictions.OnHeard(this, _inbox.Select(waiting => waiting.Message));
        _inbox = [];
        var written = _machine.Disk.BytesWritten;
        // The round waits for the flush before its messages leave, and the next one waits for the round.
        if (_machine.FlushMax > 0) _busyUntil = _world.Queue.Now + _random.Between(0, _machine.FlushMax);
        Driver.Run(inputs);
        if (_machine.FailsAfterWriting && _machine.Disk.BytesWritten > written) throw new PowerCutException();
        _machine.NoteRejoining();
        if (!_machine.IsLiar) _shard.Memory.Check(_machine, this);
    }

    private void SendPacket(ReplicaId to, Packet packet)
    {
        if (_machine.Tamper is { } tamper)
        {
            foreach (var said in tamper.Say(to, packet.Message))
            {
                var lie = ReferenceEquals(said.Message, packet.Message) ? packet : new Packet(said.Message, isLie: true);
                if (said.Delay == 0) _shard.Network.Send(Self, to, lie);
                else After(said.Delay, () => _shard.Network.Send(Self, to, lie));
            }

            return;
        }

        if (BusyFor == 0) _shard.Network.Send(Self, to, packet);
        else After(BusyFor, () => _shard.Network.Send(Self, to, packet));
    }

    private long BusyFor => Math.Max(0, _busyUntil - _world.Queue.Now);

    private void After(long milliseconds, Action happen) => _world.Queue.After(milliseconds, () =>
    {
        if (IsCurrent) _machine.Guard(happen);
    });

    private readonly record struct Waiting(ReplicaId? From, VerifiedMessage? Message, VerifiedRequest? Request, Input? Input);
}
