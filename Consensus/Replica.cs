using KvStore.Consensus.CatchingUp;
using KvStore.Consensus.Checkpointing;
using KvStore.Consensus.NormalCase;
using KvStore.Consensus.Recovery;
using KvStore.Consensus.ViewChanging;
using KvStore.Protocol;

namespace KvStore.Consensus;

/// <summary>
/// One replica of a group: a pure, synchronous state machine. Inputs in, effects out; no clock, thread, file, key or logger.
/// The driver carries out each step's effects in order before the next step, and hands the replica's own statements back to it.
/// </summary>
public sealed class Replica
{
    private readonly ReplicaState _state;
    private readonly StartMode _mode;

    /// <summary>A replica at the beginning of a run.</summary>
    /// <param name="options">Who it is, and the rules of its group.</param>
    /// <param name="mode">How its run begins.</param>
    /// <param name="log">The records of its log, verified, for a restart; the state machine must be at the log's stable checkpoint.</param>
    public Replica(ReplicaOptions options, StartMode mode, IEnumerable<ReplayedRecord>? log = null)
    {
        _state = new ReplicaState(options);
        _mode = mode;
        if (mode == StartMode.Restart) LogReplay.Replay(_state, log ?? []);
    }

    /// <summary>The replica's own id.</summary>
    public ReplicaId Self => _state.Self;

    /// <summary>The largest chunk of a snapshot that it serves, in bytes.</summary>
    public int ChunkBytes => _state.Config.SnapshotChunkBytes;

    /// <summary>The view that the replica is in, or moves to.</summary>
    public View View => _state.View;

    /// <summary>Whether that view is open here.</summary>
    public bool Active => _state.Active;

    /// <summary>The primary of that view.</summary>
    public ReplicaId Primary => _state.Primary;

    /// <summary>The last executed position.</summary>
    public SequenceNumber Executed => _state.Executed;

    /// <summary>The stable checkpoint's certificate; null at the genesis.</summary>
    public QuorumCertificate<Checkpoint>? StableCheckpoint => _state.Checkpoints.Certificate;

    /// <summary>The first executed position whose batch it still holds.</summary>
    public SequenceNumber RetainedFrom => _state.Slots.RetainedFrom(_state.Executed);

    /// <summary>Whether the replica lost its disk and does not take full part yet.</summary>
    public bool IsRejoining => _state.Rejoin.IsRejoining;

    /// <summary>Whether the replica has started again and waits to hear that its log is not older than what it has said.</summary>
    public bool IsListening => _state.Recall.IsListening;

    /// <summary>Whether the replica is fetching a checkpoint's state.</summary>
    public bool IsFetchingState => _state.IsStateMissing || _state.Transfer.Certificate is not null;

    /// <summary>Whether it would do something with a client's request at once: propose it, or complete a slot that lacks it.</summary>
    public bool WantsRequests => Proposer.WaitsForRequests(_state) || _state.Fetcher.WantsSome;

    /// <summary>The requests that wait for execution, oldest first.</summary>
    public IEnumerable<VerifiedRequest> PendingRequests => _state.Pool.Pending.Select(entry => entry.Request);

    /// <summary>Sizes of everything that could grow, for the checker of bounded memory and the metrics.</summary>
    public ReplicaSizes Sizes => new(
        _state.Slots.Count, _state.Pool.PendingCount, _state.Pool.Count, _state.Early.Count, _state.Checkpoints.VotedPositions, _state.Slots.ExecutedBytes);

    /// <summary>Takes one input and adds what is to be done about it.</summary>
    public void Step(Input input, ICollection<Effect> effects)
    {
        _state.Begin(effects);
        switch (input)
        {
            case MessageReceived it: OnMessage(_state, it.From, it.Message); break;
            case RequestReceived it: Requests.On(_state, it); break;
            case InputsDrained: Proposer.ProposeGathered(_state); break;
            case Tick it: OnTick(it.Now); break;
            case Retire: ViewChanger.OnRetire(_state); break;
            case SnapshotReady it: Checkpoints.OnSnapshotReady(_state, it); break;
            case ChunkAdded it: _state.Transfer.OnAdded(_state, it); break;
            case ChunkRefused it: _state.Transfer.OnRefused(_state, it); break;
            case RequestsFoundExecuted it: Requests.OnFoundExecuted(_state, it.Requests); break;
            case NextExpiryChanged it: _state.Expiry.OnChanged(it.Due); break;
            case SnapshotInstalled it: Checkpoints.OnInstalled(_state, it); break;
            case Started it: Startup.On(_state, _mode, it); break;
            default: throw new ArgumentOutOfRangeException(nameof(input), input, "An unknown input.");
        }
    }

    internal static void OnMessage(ReplicaState state, ReplicaId from, VerifiedMessage message)
    {
        switch (message)
        {
            case VerifiedProposal it: Proposals.On(state, from, it); break;
            case VerifiedStatement<Prepare> it: Votes.OnPrepare(state, from, it.Verified); break;
            case VerifiedStatement<Commit> it: Votes.OnCommit(state, from, it.Verified); break;
            case VerifiedStatement<Checkpoint> it: Checkpoints.OnVote(state, from, it.Verified); break;
            case VerifiedStatement<ViewChange> it: ViewChanger.On(state, it.Verified); break;
            case VerifiedStatement<NewView> it: ViewOpener.On(state, from, it.Verified); break;
            case VerifiedCommitted it: Serving.OnCommitted(state, from, it); break;
            case VerifiedStable it: Checkpoints.OnCertificate(state, it.Certificate); break;
            case VerifiedRecalled it: state.Recall.OnAnswer(state, from, it.Message); break;
            case PlainMessage { Message: ComplaintMessage it }: state.Complaints.Note(from, it.View, state.Ticks); break;
            case PlainMessage { Message: StatusMessage it }: StatusReports.On(state, from, it); break;
            case PlainMessage { Message: BatchesMessage it }: Serving.OnBatches(state, from, it.Batches); break;
            case PlainMessage { Message: ChunkMessage it }: state.Transfer.OnChunk(state, from, it); break;
            case PlainMessage it: Serving.OnQuestion(state, from, it.Message); break;
            default: state.Reject(RejectionKind.Unsolicited, from); break;
        }
    }

    private void OnTick(Timestamp now)
    {
        _state.Ticks++;
        _state.Clock = now;
        Requests.OnTick(_state);
        _state.Recall.OnTick(_state);
        _state.Rejoin.OnTick(_state);
        _state.Expiry.OnTick(now, _state.Ticks, IsFetchingState);
        _state.Monitor.OnTick(_state);
        Complaints.OnTick(_state);
        ViewChanger.OnTick(_state);
        Checkpoints.OnTick(_state);
        _state.Fetcher.Ask(_state);
        _state.Transfer.OnTick(_state);
        StatusReports.OnTick(_state);
        if (_state.Peers.SomeoneRejoins(_state.Ticks, 5 * _state.Config.StatusIntervalTicks) || Proposer.WouldExpire(_state)) Proposer.ProposeFiller(_state);
    }
}
