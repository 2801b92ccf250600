using System.Collections.Immutable;

namespace KvStore.Simulator.Scenarios;

/// <summary>A trigger as it is written.</summary>
/// <param name="Kind">The trigger.</param>
/// <param name="Name">Its name.</param>
/// <param name="HasClient">Whether it is about a client's request; the others take −1 for the client.</param>
public sealed record TriggerWord(TriggerKind Kind, string Name, bool HasClient);

/// <summary>A failure as it is written.</summary>
/// <param name="Kind">The failure.</param>
/// <param name="Name">Its name.</param>
/// <param name="Argument">What its argument is; empty for none.</param>
public sealed record FailureWord(FailureKind Kind, string Name, string Argument = "")
{
    /// <summary>The least that the argument may be.</summary>
    public decimal Least { get; init; } = 1;

    /// <summary>What the argument is when it is left out; null when it must be there.</summary>
    public decimal? Default { get; init; }

    /// <summary>Whether the argument may have a fraction.</summary>
    public bool IsTime { get; init; }

    /// <summary>Whether it is but a fault of omission or of time, with which a replica never says anything wrong.</summary>
    public bool Omits { get; init; }

    /// <summary>Whether it goes on from its trigger to the end of the configuration.</summary>
    public bool Lasts { get; init; }
}

/// <summary>The names of triggers and failures: those of Byzantine Chain Replication's test-bed, of CCRO and of Plenum, letter by letter.</summary>
public static class ScenarioWords
{
    /// <summary>The triggers.</summary>
    public static ImmutableArray<TriggerWord> Triggers { get; } =
    [
        new(TriggerKind.ClientRequest, "client_request", HasClient: true),
        new(TriggerKind.ForwardedRequest, "forwarded_request", HasClient: true),
        new(TriggerKind.Shuttle, "shuttle", HasClient: true),
        new(TriggerKind.ResultShuttle, "result_shuttle", HasClient: true),
        new(TriggerKind.WedgeRequest, "wedge_request", HasClient: false),
        new(TriggerKind.NewConfiguration, "new_configuration", HasClient: false),
        new(TriggerKind.Checkpoint, "checkpoint", HasClient: false),
        new(TriggerKind.CompletedCheckpoint, "completed_checkpoint", HasClient: false),
        new(TriggerKind.GetRunningState, "get_running_state", HasClient: false),
        new(TriggerKind.CatchUp, "catch_up", HasClient: false),
    ];

    /// <summary>The failures.</summary>
    public static ImmutableArray<FailureWord> Failures { get; } =
    [
        new(FailureKind.ChangeOperation, "change_operation"),
        new(FailureKind.ChangeResult, "change_result"),
        new(FailureKind.DropResultStatement, "drop_result_stmt") { Omits = true },
        new(FailureKind.InvalidOrderSignature, "invalid_order_sig"),
        new(FailureKind.InvalidResultSignature, "invalid_result_sig"),
        new(FailureKind.Crash, "crash") { Omits = true },
        new(FailureKind.TruncateHistory, "truncate_history", "how many entries"),
        new(FailureKind.Sleep, "sleep", "seconds") { Least = 0, IsTime = true, Omits = true },
        new(FailureKind.Drop, "drop") { Omits = true },
        new(FailureKind.IncrementSlot, "increment_slot"),
        new(FailureKind.ExtraOperation, "extra_op", "how many operations") { Default = 1 },
        new(FailureKind.DropCheckpointStatements, "drop_checkpt_stmts"),
        new(FailureKind.OmitSend, "omit_send") { Omits = true },
        new(FailureKind.Offline, "offline") { Omits = true, Lasts = true },
        new(FailureKind.Falsify, "falsify") { Lasts = true },
        new(FailureKind.Vary, "vary") { Lasts = true },
        new(FailureKind.DelaysPrePrepare, "delays_preprepare", "seconds") { Least = 0, IsTime = true, Omits = true, Lasts = true },
        new(FailureKind.DuplicateThreePhase, "duplicate_three_phase", "how many times") { Default = 2, Omits = true, Lasts = true },
        new(FailureKind.WrongDigest, "wrong_digest") { Lasts = true },
        new(FailureKind.FaultyReply, "faulty_reply") { Lasts = true },
        new(FailureKind.PartialSend, "partial_send", "how many replicas") { Least = 0, Default = 1, Omits = true, Lasts = true },
    ];

    /// <summary>The word of a failure.</summary>
    public static FailureWord Of(FailureKind kind) => Failures[(int)kind];
}
