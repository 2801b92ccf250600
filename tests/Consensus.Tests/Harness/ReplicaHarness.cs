using System.Collections.Immutable;
using KvStore.Consensus.Recovery;
using KvStore.Protocol;

namespace KvStore.Consensus.Tests.Harness;

/// <summary>
/// One replica with its disk: carries the core's effects out in memory, in order. A round is one input, its loopbacks and what they lead to; messages
/// leave at its end, when all that was persisted in it is taken as durable.
/// </summary>
internal sealed class ReplicaHarness
{
    private readonly TestGroup _group;
    private readonly ReplicaOptions _options;
    private readonly Queue<Input> _loopback = new();
    private readonly List<Envelope> _outbox = [];
    private readonly SortedDictionary<SequenceNumber, FakeState> _held = [];
    private QuorumCertificate<Checkpoint>? _assembling;
    private Timestamp? _toldExpiry;
    private ulong _runs;

    public ReplicaHarness(TestGroup group, ReplicaId self)
    {
        _group = group;
        _options = new ReplicaOptions(self, group.Config, group.Consensus, TestGroup.Context.Cluster);
        Replica = new Replica(_options, StartMode.Genesis);
    }

    public Replica Replica { get; private set; }

    public ReplicaId Self => _options.Self;

    public bool Running { get; private set; } = true;

    /// <summary>The log on the disk.</summary>
    public List<LogRecord> Log { get; private set; } = [];

    /// <summary>The snapshots on the disk.</summary>
    public SortedDictionary<SequenceNumber, FakeState> Disk { get; } = [];

    public FakeState State { get; private set; } = FakeState.Genesis;

    /// <summary>Every effect since the test last cleared the list.</summary>
    public List<Effect> Effects { get; } = [];

    /// <summary>Whether snapshots are finished only when the test says so.</summary>
    public bool HoldsSnapshots { get; set; }

    public List<Input> HeldSnapshots { get; } = [];

    /// <summary>How far the replica's clock is from the group's, in milliseconds.</summary>
    public long ClockOffset { get; set; }

    public Timestamp Clock => new((ulong)((long)_group.Now.UnixMilliseconds + ClockOffset));

    /// <summary>What the replica serves instead of the state that it is asked for; a Byzantine source.</summary>
    public byte[]? FalseChunk { get; set; }

    public IEnumerable<TEffect> Of<TEffect>()
        where TEffect : Effect => Effects.OfType<TEffect>();

    /// <summary>The statements of one kind that it has signed, in order.</summary>
    public IEnumerable<TStatement> Said<TStatement>()
        where TStatement : Statement => Of<Broadcast>().Select(effect => effect.Statement).OfType<TStatement>();

    public int Rejections(RejectionKind kind) => Of<Reject>().Count(effect => effect.Kind == kind);

    public void Start(bool lacksState = false) => Round(new Tick(Clock), new Started(++_runs, lacksState), new RequestsFoundExecuted(ExecutedRequests()));

    public void Stop() => Running = false;

    public void Restart(StartMode mode)
    {
        Running = true;
        _loopback.Clear();
        HeldSnapshots.Clear();
        _held.Clear();
        _assembling = null;
        if (mode == StartMode.LostDisk)
        {
            Log = [];
            Disk.Clear();
        }

        Replica = new Replica(_options, mode, Log.Select(Replayed).ToList());
        var stable = Replica.StableCheckpoint?.Vote.Sequence ?? SequenceNumber.Genesis;
        State = Disk.GetValueOrDefault(stable, FakeState.Genesis);
        if (State.Sequence > SequenceNumber.Genesis) _held[State.Sequence] = State;
        _toldExpiry = null;
        TellExpiry();
        Start(lacksState: State.Sequence != stable);
    }

    /// <summary>A copy of the disk, which <see cref="RestartFrom"/> puts back.</summary>
    public (List<LogRecord> Log, List<KeyValuePair<SequenceNumber, FakeState>> Snapshots) CopyDisk() => ([.. Log], [.. Disk]);

    /// <summary>Starts again with the disk as it was when it was copied.</summary>
    public void RestartFrom((List<LogRecord> Log, List<KeyValuePair<SequenceNumber, FakeState>> Snapshots) copy)
    {
        Log = [.. copy.Log];
        Disk.Clear();
        foreach (var (position, state) in copy.Snapshots) Disk.Add(position, state);
        Restart(StartMode.Restart);
    }

    public void Round(params Input[] inputs)
    {
        if (!Running) return;
        foreach (var input in inputs) StepAll(input);
        StepAll(new InputsDrained());
        _group.Send(_outbox);
        _outbox.Clear();
    }

    public void Receive(ReplicaId from, VerifiedMessage message)
    {
        if (message is VerifiedRequests requests) Round([.. requests.Requests.Select(request => ToInput(from, request))]);
        else Round(new MessageReceived(from, message));
    }

    public void Submit(VerifiedRequest request) => Round(ToInput(null, request));

    /// <summary>Makes the replica's state another than the group's, as a disk or memory fault would.</summary>
    public void Damage() => State = State with { History = Digest.Of("damage"u8) };

    private ImmutableArray<Digest> ExecutedRequests() => [.. Replica.PendingRequests.Select(request => request.Digest).Where(State.Requests.Contains)];

    private RequestReceived ToInput(ReplicaId? from, VerifiedRequest request) => new(from, request, State.Requests.Contains(request.Digest));

    // The records go through their encoding, as they would on a disk.
    private ReplayedRecord Replayed(LogRecord record)
    {
        var decoded = LogRecordCodec.Decode(LogRecordCodec.Encode(record));
        Assert.NotNull(decoded);
        ImmutableArray<Request> bodies = decoded switch
        {
            ProposalRecord it => it.Bodies,
            CommittedRecord it => it.Bodies,
            _ => [],
        };
        Verified<NewView>? newView = null;
        if (decoded is NewViewRecord opening)
        {
            Assert.True(_group.Verifier.TryVerify(new StatementMessage(opening.NewView), out var message, out _));
            newView = ((VerifiedStatement<NewView>)message).Verified;
        }

        return new ReplayedRecord(decoded, [.. bodies.Select(_group.Verifier.FromOwnLog)], newView);
    }

    private void StepAll(Input input)
    {
        Step(input);
        while (_loopback.TryDequeue(out var own)) Step(own);
    }

    private void Step(Input input)
    {
        var effects = new List<Effect>();
        Replica.Step(input, effects);
        foreach (var effect in effects)
        {
            Effects.Add(effect);
            _group.OnEffect(Self, effect);
            CarryOut(effect);
        }
    }

    private void CarryOut(Effect effect)
    {
        switch (effect)
        {
            case Persist it: Log.Add(it.Record); break;
            case PersistLater it: Log.Add(it.Record); break;
            case Broadcast it: Say(it.Statement); break;
            case BroadcastProposal it: Propose(it); break;
            case Send it when it.To != Self: _outbox.Add(new Envelope(Self, it.To, it.Message)); break;
            case SendToAll it: ToAll(it.Message); break;
            case Execute it: Execute(it); break;
            case TakeSnapshot it: TakeSnapshot(it.Sequence); break;
            case Stabilize it: Stabilize(it); break;
            case AssembleSnapshot it: _assembling = it.Certificate; break;
            case AddChunk it: AddChunk(it); break;
            case ServeChunk it: ServeChunk(it); break;
        }
    }

    private void ToAll(PeerMessage message) => _outbox.AddRange(_group.Ids.Where(id => id != Self).Select(id => new Envelope(Self, id, message)));

    private void Say(Statement statement)
    {
        switch (statement)
        {
            case Prepare it: SayAndLoop(it); break;
            case Commit it: SayAndLoop(it); break;
            case Checkpoint it: SayAndLoop(it); break;
            case ViewChange it: SayAndLoop(it); break;
            case NewView it: SayAndLoop(it); break;
            default: throw new ArgumentOutOfRangeException(nameof(statement), statement.Kind, "A statement that is not broadcast.");
        }
    }

    private void SayAndLoop<TStatement>(TStatement statement)
        where TStatement : Statement
    {
        var signed = TestGroup.Sign(Self, statement);
        ToAll(new StatementMessage(signed));
        _loopback.Enqueue(new MessageReceived(Self, new VerifiedStatement<TStatement>(MessageVerifier.Own(signed))));
    }

    private void Propose(BroadcastProposal proposal)
    {
        var signed = TestGroup.Sign(Self, proposal.PrePrepare);
        ToAll(new ProposalMessage(signed, proposal.Batch));
        _loopback.Enqueue(new MessageReceived(Self, new VerifiedProposal(MessageVerifier.Own(signed), proposal.Batch)));
    }

    private void Execute(Execute effect)
    {
        Assert.Equal(State.Sequence.Next, effect.Sequence);
        Assert.Equal(effect.Batch.Requests, effect.Requests.Select(request => request.Digest));
        State = State.Apply(effect.Sequence, effect.Batch, effect.Requests.Select(request => request.Request.Operation));
        TellExpiry();
    }

    private void TellExpiry()
    {
        if (State.NextExpiry == _toldExpiry) return;
        _toldExpiry = State.NextExpiry;
        _loopback.Enqueue(new NextExpiryChanged(_toldExpiry));
    }

    private void TakeSnapshot(SequenceNumber sequence)
    {
        Assert.Equal(State.Sequence, sequence);
        _held[sequence] = State;
        var ready = new SnapshotReady(sequence, State.Root, State.History);
        if (HoldsSnapshots) HeldSnapshots.Add(ready);
        else _loopback.Enqueue(ready);
    }

    private void Stabilize(Stabilize effect)
    {
        var sequence = effect.Certificate.Vote.Sequence;
        Disk[sequence] = _held[sequence];
        Log = [.. effect.LiveRecords];
        foreach (var old in _held.Keys.Where(held => held < sequence).SkipLast(1).ToList()) _held.Remove(old);
        foreach (var old in Disk.Keys.Where(held => held < sequence).ToList()) Disk.Remove(old);
    }

    // A chunk of this state is the whole of it.
    private void AddChunk(AddChunk effect)
    {
        if (_assembling is not { } certificate) return;
        var state = FakeState.Decode(effect.Content);
        if (state is null || state.Root != certificate.Vote.StateRoot)
        {
            _loopback.Enqueue(new ChunkRefused(effect.From, effect.Start, Missing: effect.Content.IsEmpty));
            return;
        }

        _loopback.Enqueue(new ChunkAdded(effect.Start, Digest.Zero, ToTheEnd: true));
        _assembling = null;
        State = state;
        _held[state.Sequence] = state;
        TellExpiry();
        _loopback.Enqueue(new SnapshotInstalled(certificate, state.Time, ExecutedRequests()));
    }

    private void ServeChunk(ServeChunk effect)
    {
        var content = FalseChunk ?? _held.GetValueOrDefault(effect.Checkpoint)?.Encode() ?? [];
        _outbox.Add(new Envelope(Self, effect.To, new ChunkMessage(effect.Checkpoint, effect.From, content)));
    }
}
