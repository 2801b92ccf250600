using KvStore.Consensus.Carriers;
using KvStore.Consensus.CatchingUp;
using KvStore.Consensus.Checkpointing;
using KvStore.Consensus.Leadership;
using KvStore.Consensus.NormalCase;
using KvStore.Consensus.Recovery;
using KvStore.Consensus.StateTransfer;
using KvStore.Consensus.ViewChanging;
using KvStore.Protocol;

namespace KvStore.Consensus;

/// <summary>
/// What a replica knows: owned by <see cref="Replica"/>, changed by the handlers, each of which is a static class of functions over it.
/// </summary>
internal sealed class ReplicaState(ReplicaOptions options)
{
    private ICollection<Effect> _effects = [];

    public ReplicaId Self { get; } = options.Group.FaultModel == FaultModel.Byzantine
        ? options.Self
        : throw new ArgumentOutOfRangeException(nameof(options), options.Group.FaultModel, "A fault model that this version does not order under.");

    public GroupConfig Group => options.Group;

    public ConsensusConfig Config => options.Config;

    public ClusterId Cluster => options.Cluster;

    public LeaderPolicy Leaders { get; } = LeaderPolicy.Of(options.Group);

    public VoteCarrier Carrier { get; } = VoteCarrier.Of(options.Group);

    /// <summary>The view that this replica is in, or has pledged to move to.</summary>
    public View View { get; set; }

    /// <summary>Whether <see cref="View"/> is open here: its NewView was accepted, or it is the first.</summary>
    public bool Active { get; set; } = true;

    /// <summary>The view that the slots' votes are of: the last one that was open here.</summary>
    public View OpenView { get; set; }

    /// <summary>Ticks since the start of this run.</summary>
    public ulong Ticks { get; set; }

    /// <summary>The present moment, for what will be asked how long it has waited.</summary>
    public Moment Now => new(Ticks, Monitor.Owed);

    /// <summary>The wall clock, as of the last tick.</summary>
    public Timestamp Clock { get; set; }

    /// <summary>Everything up to this position has been executed.</summary>
    public SequenceNumber Executed { get; set; }

    /// <summary>
    /// Whether the state at <see cref="Executed"/>, the stable checkpoint of the log, is not there: this run began before a state that was fetched had become
    /// durable. What was said is known; nothing is executed before the state is fetched again.
    /// </summary>
    public bool IsStateMissing { get; set; }

    /// <summary>The latest time of a batch proposed or accepted here; proposals do not go behind it.</summary>
    public Timestamp LatestBatchTime { get; set; }

    /// <summary>The next position that this replica proposes at, while it leads.</summary>
    public SequenceNumber NextProposal { get; set; } = SequenceNumber.Genesis.Next;

    /// <summary>The last position that the NewView of the open view speaks of: up to it the view's proposals are what was carried, and nothing else.</summary>
    public SequenceNumber CarriedUpTo { get; set; }

    public SlotWindow Slots { get; } = new();

    public RequestPool Pool { get; } = new(options.Config);

    public CheckpointTracker Checkpoints { get; } = new(options.Group, options.Config);

    public ViewChangeSet ViewChanges { get; } = new(options.Group);

    public ViewTimer Timer { get; } = new(options.Config);

    public PrimaryMonitor Monitor { get; } = new(options.Group);

    public ComplaintSet Complaints { get; } = new(options.Group, options.Config);

    public ExpiryWatch Expiry { get; } = new(options.Config);

    public EarlyInbox Early { get; } = new(options.Group);

    public Fetcher Fetcher { get; } = new(options.Self, options.Group);

    public PeerTable Peers { get; } = new(options.Group);

    public SnapshotTransfer Transfer { get; } = new(options.Self, options.Group, options.Config);

    public Rejoin Rejoin { get; } = new(options.Group, options.Config);

    public Recall Recall { get; } = new(options.Self, options.Group);

    public Reservation Reservation { get; } = new();

    /// <summary>The highest position that this replica may have voted to commit: its answer to read-index questions.</summary>
    public SequenceNumber HighestCommitVote { get; set; }

    /// <summary>Whether the node is about to stop, so that this replica leaves every view that it leads.</summary>
    public bool Retires { get; set; }

    /// <summary>The primary of the present view.</summary>
    public ReplicaId Primary => Leaders.Primary(View);

    public bool IsPrimary => Primary == Self;

    /// <summary>h: the position of the stable checkpoint whose state this replica has.</summary>
    public SequenceNumber Low => Checkpoints.Stable;

    /// <summary>H = h + 2K.</summary>
    public SequenceNumber High => Low.Plus((ulong)Config.Window);

    public bool InWindow(SequenceNumber sequence) => sequence > Low && sequence <= High;

    /// <summary>Whether a vote at this position of this view can contradict nothing that this replica may have forgotten.</summary>
    public bool MayVote(View view, SequenceNumber sequence) => Recall.MayVote(sequence) && Rejoin.MayVote(view, sequence);

    /// <summary>Whether this replica may have said what it does not know of: then it leaves no view, opens none, does not lead and answers no reader.</summary>
    public bool IsForgetful => Recall.IsListening || Rejoin.IsRejoining;

    /// <summary>Whether the position was executed here, certified, and its slot dropped: nothing is voted there any more, because what was is forgotten.</summary>
    public bool IsLetGo(SequenceNumber sequence) => sequence <= Executed && Slots.Find(sequence) is null;

    /// <summary>Effects of the step under way.</summary>
    public ICollection<Effect> Effects => _effects;

    public void Begin(ICollection<Effect> effects) => _effects = effects;

    public void Emit(Effect effect) => _effects.Add(effect);

    public void Reject(RejectionKind kind, ReplicaId from) => _effects.Add(new Reject(kind, from));
}
