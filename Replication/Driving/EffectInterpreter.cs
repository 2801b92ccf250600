using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.Replication.Gateways;
using KvStore.Replication.Ports;
using KvStore.Replication.Storing;
using KvStore.StateMachine;

namespace KvStore.Replication.Driving;

/// <summary>Carries out the core's effects, in order.</summary>
internal sealed class EffectInterpreter
{
    private readonly DriverOptions _options;
    private readonly DriverPorts _ports;
    private readonly Replica _replica;
    private readonly Queue<Input> _loopback = new();
    private readonly HeldSnapshots _held = new();
    private readonly CanonicalWriter _writer = new();
    // Votes for checkpoints whose states could not be made again yet.
    private readonly List<Checkpoint> _withheld = [];
    // Held while the machine works: others ask for results.
    private readonly Lock _working = new();
    private ShardStateMachine _machine;
    private SnapshotAssembler? _assembler;
    private QuorumCertificate<Checkpoint>? _assembling;
    private Timestamp? _toldExpiry;
    private ulong _ticks;
    private volatile bool _lacksState;

    public EffectInterpreter(DriverOptions options, DriverPorts ports, Replica replica)
    {
        _options = options;
        _ports = ports;
        _replica = replica;
        _machine = new ShardStateMachine(options.Limits, options.Clients, options.Partition, options.Replica.Cluster);
        Keeper = new CheckpointKeeper(ports);
        Outbox = new Outbox(ports.Transport);
    }

    public CheckpointKeeper Keeper { get; }

    public Outbox Outbox { get; }

    public SettledVotes Settled { get; } = new();

    public ShardView View => _machine.View;

    public bool LacksState => _lacksState;

    /// <summary>Those of the requests that wait which the state shows executed.</summary>
    public ImmutableArray<Digest> PendingExecuted =>
        [.. _replica.PendingRequests.Where(request => ResultOf(request) is not null).Select(request => request.Digest)];

    public void OnTick()
    {
        _ticks++;
        Keeper.OnTick();
        SayWithheld();
    }

    public bool TryTakeLoopback([NotNullWhen(true)] out Input? input) => _loopback.TryDequeue(out input);

    /// <summary>Takes up the state of the log's stable checkpoint; false when it has to be fetched.</summary>
    public bool TryRestoreState(QuorumCertificate<Checkpoint>? stable, IReadOnlyList<LogRecord> records)
    {
        var recovery = new StateRecovery(_options, _ports);
        var isThere = recovery.TryRestore(stable, out var state);
        Keeper.OnRestored(state, stable, recovery.Snapshot, recovery.Executed.Concat(records.OfType<CommittedRecord>().Select(record => record.Certificate.Vote.Sequence)));
        if (!isThere) _lacksState = true;
        else if (stable is not null || _options.InitialRoot is not null) Become(state!);
        // It is stable: peers may fetch it from the first moment on. In an idle group there may be no later one for a long time.
        if (isThere && stable is not null) _held.OnStable(stable.Vote.Sequence, _ticks);
        return isThere;
    }

    public void CarryOut(Effect effect)
    {
        switch (effect)
        {
            case Persist it: Persist(it.Record); break;
            case PersistLater it: Keeper.Write(it.Record); break;
            case Broadcast it: Sign(it.Statement); break;
            case BroadcastProposal it: SignProposal(it); break;
            case Send it: Send(it); break;
            case SendToAll it: Outbox.ToAll(it.Message); break;
            case Execute it: Execute(it); break;
            case TakeSnapshot: HoldSnapshot(); break;
            case Stabilize it: Stabilize(it); break;
            case AssembleSnapshot it: Assemble(it.Certificate); break;
            case AddChunk it: AddChunk(it); break;
            case ServeChunk it: ServeChunk(it); break;
            case ReportEquivocation it: _ports.Events.OnEquivocation(it.Earlier, it.Later); break;
            case FoundForgotten it: _ports.Events.OnForgotten(it.Statement); break;
            case Reject it: _ports.Events.OnRejected(it.Kind, it.From); break;
            case ReportSuspicion it: _ports.Events.OnSuspected(it.Kind, it.Of); break;
            case RefuseRequest it: _ports.Events.OnRefused(it.Request); break;
            case ViewChanged it: _ports.Events.OnViewChanged(it); break;
            default: throw new ArgumentOutOfRangeException(nameof(effect), effect, "An unknown effect.");
        }
    }

    // What was said before rests on nothing that waits, so it need not wait either.
    private void Persist(LogRecord record)
    {
        if (!Keeper.MustFlush) Outbox.ReleaseMessages();
        Keeper.Persist(record);
        if (record is PreparedRecord prepared) Settled.OnPrepared(prepared.Certificate.Vote);
    }

    private void Sign(Statement statement)
    {
        switch (statement)
        {
            case Prepare it: SendAndLoop(it); break;
            case Commit it: SendAndLoop(it); break;
            case Checkpoint it: SayCheckpoint(it); break;
            case ViewChange it: SendAndLoop(it); break;
            case NewView it:
                Keeper.RequireFlush(); // It is written down when it comes back to this replica, and a second one after a crash would be equivocation.
                SendAndLoop(it);
                break;
            default: throw new ArgumentOutOfRangeException(nameof(statement), statement.Kind, "A statement that is not broadcast.");
        }
    }

    private void SayCheckpoint(Checkpoint checkpoint)
    {
        if (!Keeper.CanMakeStates && !PlantedBugs.Has(PlantedBug.CheckpointVoteBeforeState))
        {
            // Not to itself either: with its own vote it would make certificates, and send them.
            _withheld.RemoveAll(each => each.Sequence <= _replica.StableCheckpoint?.Vote.Sequence || each.Sequence == checkpoint.Sequence);
            _withheld.Add(checkpoint);
            return;
        }

        Keeper.RequireFlush(); // It rests on all that was executed up to there, which is written down and need not be durable before.
        SendAndLoop(checkpoint);
    }

    private void SayWithheld()
    {
        if (_withheld.Count == 0 || !Keeper.CanMakeStates) return;
        List<Checkpoint> votes = [.. _withheld.Where(each => !(each.Sequence <= _replica.StableCheckpoint?.Vote.Sequence))];
        _withheld.Clear();
        foreach (var vote in votes) SayCheckpoint(vote);
    }

    private void SendAndLoop<TStatement>(TStatement statement)
        where TStatement : Statement
    {
        var signed = SignedOf(statement);
        Outbox.ToAll(new StatementMessage(signed));
        _loopback.Enqueue(new MessageReceived(_replica.Self, new VerifiedStatement<TStatement>(MessageVerifier.Own(signed))));
    }

    private void SignProposal(BroadcastProposal proposal)
    {
        var signed = SignedOf(proposal.PrePrepare);
        Outbox.ToAll(new ProposalMessage(signed, proposal.Batch));
        _loopback.Enqueue(new MessageReceived(_replica.Self, new VerifiedProposal(MessageVerifier.Own(signed), proposal.Batch)));
    }

    private Signed<TStatement> SignedOf<TStatement>(TStatement statement)
        where TStatement : Statement
    {
        _writer.Clear();
        StatementCodec.EncodeSignedBytes(_writer, _options.Verifier.Context, statement);
        return new Signed<TStatement>(statement, _replica.Self, _ports.Signer.Sign(_writer.Written));
    }

    private void Send(Send send)
    {
        // It rests on no record, so that no flush would stop one whose disk, and with it this replica's place, another process has taken: that one may have voted
        // for more. This look comes after the answer was made, so who holds the disk now held it then.
        if (send.Message is ReadIndexAnswer && !_ports.Log.IsHeld) return;
        if (send.To != _replica.Self) Outbox.To(send.To, send.Message);
        else if (send.Message is ReadIndexAnswer answer) Outbox.Tell(() => _ports.Events.OnOwnReadIndex(answer));
    }

    private void Execute(Execute effect)
    {
        Settled.OnCommitted(effect.Certificate.Vote);
        ExecutedBatch batch;
        lock (_working) batch = _machine.Execute(effect.Sequence, effect.Batch.Digest, effect.Batch.Time, effect.Requests.Select(request => request.Request).ToList());
        var signed = SignedOf(new Executed(effect.Sequence, effect.Batch.Digest, batch.Time, batch.ResultsRoot, batch.LedgerRoot));
        TellPeers(effect.Audience, new StatementMessage(signed));
        Outbox.Tell(() => _ports.Events.OnExecuted(batch, signed));
        _ports.Ledger?.Add(new LedgerEntry(effect.Certificate, effect.Batch, batch.Time, batch.ResultsRoot, batch.View.Ledger));
        TellExpiry();
    }

    private void TellPeers(ReplicaSet audience, StatementMessage executed)
    {
        if (audience == ReplicaSet.All)
        {
            Outbox.ToAll(executed);
            return;
        }

        for (ushort i = 0; i < _options.Replica.Group.Replicas; i++)
        {
            var peer = new ReplicaId(i);
            if (peer != _replica.Self && audience.Contains(peer)) Outbox.To(peer, executed);
        }
    }

    private void HoldSnapshot()
    {
        var state = Publish();
        _ports.Roots.Compute(state);
        _held.Add(state);
    }

    private void Stabilize(Stabilize effect)
    {
        var sequence = effect.Certificate.Vote.Sequence;
        var state = _held.Find(sequence);
        Invariant.Holds(state is not null);
        Keeper.Stabilize(state, effect.Certificate, effect.LiveRecords);
        _held.OnStable(sequence, _ticks);
    }

    private void Assemble(QuorumCertificate<Checkpoint> certificate)
    {
        _assembling = certificate;
        _assembler = new SnapshotAssembler(certificate.Vote.StateRoot, _options.Limits, _options.Clients, _options.Partition);
    }

    private void AddChunk(AddChunk effect)
    {
        if (_assembler is null || _assembling?.Vote.Sequence != effect.Checkpoint) return;
        if (effect.Content.IsEmpty || !_assembler.TryAdd(effect.Start, effect.Content, out var coveredUpTo))
        {
            _loopback.Enqueue(new ChunkRefused(effect.From, effect.Start, Missing: effect.Content.IsEmpty));
            return;
        }

        _loopback.Enqueue(new ChunkAdded(effect.Start, coveredUpTo, ToTheEnd: coveredUpTo == Digest.Zero));
        if (!_assembler.TryComplete(out var state)) return;
        var certificate = _assembling;
        (_assembler, _assembling) = (null, null);
        Become(state);
        _held.Add(state);
        _ports.Ledger?.BeginAfter(state.Sequence);
        _loopback.Enqueue(new SnapshotInstalled(certificate, state.Time, PendingExecuted));
        Outbox.Tell(() => _ports.Events.OnInstalled(state));
    }

    public ShardState Publish()
    {
        lock (_working) return _machine.Publish();
    }

    public ResultLookup Find(PublicKey client, Nonce nonce)
    {
        lock (_working)
        {
            return _machine.TryFindResult(client, nonce, out var request, out var result)
                ? new ResultLookup(_machine.View.Time, request, result)
                : new ResultLookup(_machine.View.Time, default, null);
        }
    }

    /// <summary>Whether the state shows the request executed, so that it need not be ordered again; the node's gateway is told what came of it.</summary>
    public bool FindExecuted(VerifiedRequest request)
    {
        if (ResultOf(request) is not { } result) return false;
        TellExecuted(request.Digest, result, View.Sequence);
        return true;
    }

    private OperationResult? ResultOf(VerifiedRequest request)
    {
        var found = Find(request.Request.Client, request.Request.Nonce);
        return found.Request == request.Digest ? found.Result : null;
    }

    // By itself, because what a closure captures is allocated where it is declared, and hardly any request was executed before.
    private void TellExecuted(Digest request, OperationResult result, SequenceNumber sequence) =>
        Outbox.Tell(() => _ports.Events.OnFoundExecuted(request, result, sequence));

    private void Become(ShardState state)
    {
        var machine = new ShardStateMachine(state, _options.Replica.Cluster); // It may have to read all sessions, and nobody need wait for that.
        lock (_working) _machine = machine;
        _lacksState = false;
        _held.Add(state);
        TellExpiry();
    }

    private void TellExpiry()
    {
        if (View.NextExpiry == _toldExpiry) return;
        _toldExpiry = View.NextExpiry;
        _loopback.Enqueue(new NextExpiryChanged(_toldExpiry));
    }

    private void ServeChunk(ServeChunk effect)
    {
        var state = _held.Serve(effect.To, effect.Checkpoint, _ticks);
        var content = state?.EncodeChunk(effect.From, _replica.ChunkBytes) ?? ReadOnlyMemory<byte>.Empty;
        Outbox.To(effect.To, new ChunkMessage(effect.Checkpoint, effect.From, content));
    }
}
