namespace KvStore.Simulator;

/// <summary>What a Byzantine replica can do, by name: docs/adversary.md refers to these.</summary>
public enum Lie
{
    /// <summary>It says nothing, or nothing of some kinds of message.</summary>
    Silent,

    /// <summary>What it says comes late, by up to a few time-outs.</summary>
    Slow,

    /// <summary>It talks to some replicas only.</summary>
    Selective,

    /// <summary>It says everything many times.</summary>
    Flood,

    /// <summary>As primary it is correct, and as slow as the time-out allows.</summary>
    JustInTime,

    /// <summary>It complains about every primary.</summary>
    Complain,

    /// <summary>As primary it proposes different batches to different backups, and votes in each half as it proposed there.</summary>
    Equivocate,

    /// <summary>It proposes one batch, and votes for different ones to different replicas, in the second or the third phase.</summary>
    EquivocateInVotes,

    /// <summary>It votes for two digests at one position, and shows both to everybody.</summary>
    VoteTwice,

    /// <summary>It commits with its prepare, before anything is prepared.</summary>
    CommitEarly,

    /// <summary>As primary it proposes what no correct one would: requests that nobody made, repeated ones, a wild time, too many.</summary>
    BadBatch,

    /// <summary>As primary it lets the requests of one client lie.</summary>
    Starve,

    /// <summary>It gives nobody the bodies, batches and chunks that they lack, also not those of requests that only it was shown.</summary>
    Withhold,

    /// <summary>It alters clients' requests, or mixes ones with a wrong signature among them.</summary>
    AlterRequests,

    /// <summary>Its ViewChanges leave out certificates, or show old ones, or an older checkpoint; different ones to different replicas.</summary>
    StaleViewChange,

    /// <summary>Its ViewChanges are for views far ahead, and come without cause.</summary>
    InflatedViewChange,

    /// <summary>Its ViewChanges hold certificates that are none.</summary>
    ForgedViewChange,

    /// <summary>
    /// As primary it lets just so many prepare that with its own vote, which it keeps, it alone holds the certificate; that it hides from the next view and
    /// shows in a later one, when something else may be committed there.
    /// </summary>
    Hoard,

    /// <summary>Its NewViews leave out what must be carried over.</summary>
    OmitInNewView,

    /// <summary>Its NewViews put empty batches in the place of what must be carried over.</summary>
    BlankInNewView,

    /// <summary>Its NewViews carry the right batches at the wrong positions.</summary>
    ReorderInNewView,

    /// <summary>Its NewViews carry what nobody prepared.</summary>
    InventInNewView,

    /// <summary>It shows different replicas NewViews that rest on different quorums of ViewChanges, each good by itself, with its own poorest ViewChange in them.</summary>
    SplitNewView,

    /// <summary>It votes for wrong roots of checkpoints; different ones to different replicas.</summary>
    WrongRoots,

    /// <summary>The chunks of state that it serves are altered, cut, empty, or of another place.</summary>
    BadChunks,

    /// <summary>What proves something is one vote short, about something else, or signed by nobody.</summary>
    BadCertificates,

    /// <summary>It repeats what it and others said in other views and in other shards, and says things in other epochs and clusters.</summary>
    Replay,

    /// <summary>It votes at positions and in views that are far ahead.</summary>
    FarFuture,

    /// <summary>What it says it executed, and its results, are wrong.</summary>
    WrongResults,

    /// <summary>What it says to reads about the last position is too low, or too high.</summary>
    WrongReadIndex,

    /// <summary>What it says about where it stands is wrong, and it may claim to have lost its disk.</summary>
    WrongStatus,

    /// <summary>It tells a replica that has just started that nothing is known of it, or far too much, or shows it statements that prove nothing.</summary>
    WrongRecall,

    /// <summary>It sends what remains of its messages when some bytes are others.</summary>
    Mangle,
}
