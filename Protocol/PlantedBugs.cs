namespace KvStore.Protocol;

/// <summary>Mistakes that the simulator must find. They exist only in builds with <c>PLANTED_BUGS</c> defined.</summary>
public enum PlantedBug
{
    /// <summary>No mistake.</summary>
    None,

    /// <summary>A quorum is one vote short.</summary>
    QuorumOneLess,

    /// <summary>Votes leave before the log is flushed.</summary>
    VoteBeforeLog,

    /// <summary>Execution does not look whether a request was executed already.</summary>
    NoDuplicateCheck,

    /// <summary>What is due is judged by the replica's own clock in place of the batch's time.</summary>
    ExpiryByOwnClock,

    /// <summary>A transaction keeps what it has applied when a later step is refused.</summary>
    TransactionHalfApplied,

    /// <summary>A replica carries out operations on keys of another shard.</summary>
    ShardNotChecked,

    /// <summary>A backup takes a NewView for granted.</summary>
    NewViewUnchecked,

    /// <summary>A ViewChange leaves out the prepared batches.</summary>
    PreparedForgotten,

    /// <summary>Of several certificates for one position the first one counts in a NewView, whatever its view.</summary>
    NewViewIgnoresHighestView,

    /// <summary>A replica forgets what was prepared before once the next view opens.</summary>
    NoLockAcrossViews,

    /// <summary>A replica commits what it accepted, without waiting until it is prepared.</summary>
    CommitWithoutPrepared,

    /// <summary>A chunk of state is taken for what its sender says it is.</summary>
    ChunkUnchecked,

    /// <summary>A certificate counts for its number of signatures, whatever they are.</summary>
    CertificateUnchecked,

    /// <summary>A replica leaves it to the gateways to check clients' signatures.</summary>
    ClientSignatureUnchecked,

    /// <summary>A snapshot gets its name before its bytes are durable.</summary>
    SnapshotNamedBeforeFlush,

    /// <summary>A replica votes for a checkpoint while it could not make the state again that its own rests on.</summary>
    CheckpointVoteBeforeState,

    /// <summary>A replica that comes back votes where it may have voted before and forgotten for what.</summary>
    ReservationForgotten,

    /// <summary>Reading the log stops at the first bad record, whatever it is, and the replica goes on with what came before it.</summary>
    LogEndsAtFirstBadRecord,

    /// <summary>A replica that starts again votes at once, as if its log could be no older than what it has said.</summary>
    RestoredVotesAtOnce,

    /// <summary>A replica complains about its primary after a single bad window, however little there is in it.</summary>
    MonitorHasty,

    /// <summary>A replica never complains about its primary.</summary>
    MonitorBlind,
}

/// <summary>Which planted bug is active. In an ordinary build the answer is a constant and the branches disappear.</summary>
public static class PlantedBugs
{
#if PLANTED_BUGS
    [ThreadStatic]
    private static PlantedBug _active;

    /// <summary>The bug that is active on this thread.</summary>
    public static PlantedBug Active { get => _active; set => _active = value; }

    /// <summary>Whether <paramref name="bug"/> is active on this thread.</summary>
    public static bool Has(PlantedBug bug) => _active == bug;

    [ThreadStatic]
    private static Timestamp _clock;

    /// <summary>The clock of the replica that runs next on this thread; the state machine has none.</summary>
    public static void ClockIs(Timestamp now) => _clock = now;

    /// <summary>The time by which keys expire.</summary>
    public static Timestamp ExpiryTime(Timestamp batchTime) => Has(PlantedBug.ExpiryByOwnClock) ? _clock : batchTime;
#else
    /// <summary>False: ordinary builds have no planted bugs.</summary>
    public static bool Has(PlantedBug bug) => false;

    /// <summary>Does nothing: in ordinary builds nobody asks.</summary>
    public static void ClockIs(Timestamp now)
    {
    }

    /// <summary>The batch's time: ordinary builds have no planted bugs.</summary>
    public static Timestamp ExpiryTime(Timestamp batchTime) => batchTime;
#endif
}
