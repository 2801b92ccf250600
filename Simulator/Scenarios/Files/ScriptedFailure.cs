namespace KvStore.Simulator.Scenarios;

/// <summary>What lets a failure happen: the triggers of Byzantine Chain Replication's test-bed. docs/simulator.md says what each is here.</summary>
public enum TriggerKind
{
    /// <summary>A request of the client reaches the replica for the first time.</summary>
    ClientRequest,

    /// <summary>A request that the replica has been shown before reaches it again.</summary>
    ForwardedRequest,

    /// <summary>A proposal with a request of the client: the primary makes it, a backup is shown it.</summary>
    Shuttle,

    /// <summary>The replica says what came of a request of the client.</summary>
    ResultShuttle,

    /// <summary>The replica leaves the view, and says what it knows.</summary>
    WedgeRequest,

    /// <summary>The NewView of the view: its primary makes it, a backup is shown it.</summary>
    NewConfiguration,

    /// <summary>The replica votes for a checkpoint.</summary>
    Checkpoint,

    /// <summary>The replica holds a quorum's votes for a checkpoint.</summary>
    CompletedCheckpoint,

    /// <summary>Somebody asks the replica for a part of the state.</summary>
    GetRunningState,

    /// <summary>The replica is sent a committed batch that it lacks.</summary>
    CatchUp,
}

/// <summary>What a replica does wrong: the failures of the test-bed, those of CCRO from <see cref="Offline"/> on, and Plenum's from <see cref="DelaysPrePrepare"/> on.</summary>
public enum FailureKind
{
    /// <summary>It names another operation than the client asked for.</summary>
    ChangeOperation,

    /// <summary>It says that something else came of it.</summary>
    ChangeResult,

    /// <summary>It does not say what came of it.</summary>
    DropResultStatement,

    /// <summary>Its proposals and votes are signed wrongly.</summary>
    InvalidOrderSignature,

    /// <summary>What it says came of it is signed wrongly.</summary>
    InvalidResultSignature,

    /// <summary>Its machine loses power, and stays down.</summary>
    Crash,

    /// <summary>It leaves out the end of what it knows.</summary>
    TruncateHistory,

    /// <summary>It says nothing for a while, and then all of it.</summary>
    Sleep,

    /// <summary>It does not take the message.</summary>
    Drop,

    /// <summary>It names the next position.</summary>
    IncrementSlot,

    /// <summary>It adds operations that nobody asked for.</summary>
    ExtraOperation,

    /// <summary>It leaves out votes for a checkpoint.</summary>
    DropCheckpointStatements,

    /// <summary>It says nothing of the matter.</summary>
    OmitSend,

    /// <summary>CCRO: it neither hears nor speaks.</summary>
    Offline,

    /// <summary>CCRO: it says something else, the same to everybody.</summary>
    Falsify,

    /// <summary>CCRO: it says different things to different replicas.</summary>
    Vary,

    /// <summary>Plenum: what it says about proposals comes late.</summary>
    DelaysPrePrepare,

    /// <summary>Plenum: it says all about proposals several times.</summary>
    DuplicateThreePhase,

    /// <summary>Plenum: it names another digest in all that it says about proposals.</summary>
    WrongDigest,

    /// <summary>Plenum: it says that something else came of everything.</summary>
    FaultyReply,

    /// <summary>Plenum: it speaks about proposals to some replicas only.</summary>
    PartialSend,
}

/// <summary>A trigger and the failure that it brings: one of the pairs of a <c>failures[conf,replica]</c> line.</summary>
public sealed record ScriptedFailure
{
    /// <summary>Any client.</summary>
    public const int AnyClient = -1;

    /// <summary>Where it is written.</summary>
    public required int Line { get; init; }

    /// <summary>The column where it begins.</summary>
    public required int Column { get; init; }

    /// <summary>The test-bed's configuration; here, the view.</summary>
    public required int Configuration { get; init; }

    /// <summary>The replica that fails.</summary>
    public required int Replica { get; init; }

    /// <summary>What lets it fail.</summary>
    public required TriggerKind Trigger { get; init; }

    /// <summary>Whose requests count; <see cref="AnyClient"/> for everybody's.</summary>
    public required int Client { get; init; }

    /// <summary>Which of the messages it is, from 1.</summary>
    public required int Message { get; init; }

    /// <summary>How it fails.</summary>
    public required FailureKind Kind { get; init; }

    /// <summary>Seconds, or how many, as the failure has it.</summary>
    public required decimal Argument { get; init; }

    /// <summary>Whether the file says that this never happens: then it must not.</summary>
    public bool Never { get; init; }

    /// <summary>The same, as it is written.</summary>
    public required string Text { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"failures[{Configuration},{Replica}] = {Text}";
}
