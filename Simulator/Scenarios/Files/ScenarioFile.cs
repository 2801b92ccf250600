using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Simulator.Scenarios;

/// <summary>A scenario: how large the group is, what its clients do, how its replicas fail, and what must come of it.</summary>
public sealed record ScenarioFile
{
    /// <summary>The file's name, as it was given.</summary>
    public required string File { get; init; }

    /// <summary>What the scenario calls itself.</summary>
    public string Name { get; init; } = "";

    /// <summary>t, how many replicas may fail in any way; there are 3t + 1.</summary>
    public int Faults { get; init; } = 1;

    /// <summary>How many clients there are.</summary>
    public int Clients { get; init; } = 1;

    /// <summary>What everything that is left to chance is drawn from.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>After how many milliseconds a client tries again; null for the default.</summary>
    public int? ClientTimeout { get; init; }

    /// <summary>What the file says of the time-out of the test-bed's replicas behind the head; null when it says nothing.</summary>
    public int? ReplicaTimeout { get; init; }

    /// <summary>What the file says of the time-out of the head of the test-bed's chain: nobody has one of its own here.</summary>
    public int? HeadTimeout { get; init; }

    /// <summary>How many replicas the file says that there are; null when it does not say.</summary>
    public int? StatedReplicas { get; init; }

    /// <summary>How many milliseconds every message between replicas takes.</summary>
    public int MessageDelay { get; init; }

    /// <summary>Positions from one checkpoint to the next; null for the default.</summary>
    public int? CheckpointInterval { get; init; }

    /// <summary>How replicas fail, in the order of the lines.</summary>
    public ImmutableArray<ScriptedFailure> Failures { get; init; } = [];

    /// <summary>What each client does, one operation after the other.</summary>
    public ImmutableSortedDictionary<int, ImmutableArray<ScriptedOperation>> Workloads { get; init; } = ImmutableSortedDictionary<int, ImmutableArray<ScriptedOperation>>.Empty;

    /// <summary>What must have been counted at the end.</summary>
    public ImmutableArray<ExpectedCount> ExpectedCounts { get; init; } = [];

    /// <summary>What keys must hold at the end.</summary>
    public ImmutableArray<ExpectedValue> ExpectedValues { get; init; } = [];

    /// <summary>After how many milliseconds without progress a primary is suspected; null for the default.</summary>
    public int? SuspicionTimeout => ReplicaTimeout ?? HeadTimeout;

    /// <summary>n.</summary>
    public int Replicas => ReplicasFor(Faults);

    /// <summary>The replicas that fail in any way.</summary>
    public ImmutableSortedSet<int> Failing => [.. Failures.Where(failure => !failure.Never).Select(failure => failure.Replica)];

    /// <summary>The replicas that say what is wrong, and are not merely silent or late.</summary>
    public ImmutableSortedSet<int> Lying => [.. Failures.Where(failure => !failure.Never && !ScenarioWords.Of(failure.Kind).Omits).Select(failure => failure.Replica)];

    /// <summary>Whether more replicas fail than the group bears at a time: then it need not go on before the failures are over.</summary>
    public bool IsOverwhelmed => Failing.Count > Faults;

    /// <summary>The fewest replicas that bear so many faults.</summary>
    public static int ReplicasFor(int tolerated, FaultModel model = FaultModel.Byzantine) =>
        Enumerable.Range(1, GroupConfig.ReplicasMax).First(replicas => new GroupConfig(replicas, model).Faults == tolerated);
}

/// <summary>What must have been counted at the end.</summary>
/// <param name="Line">Where it is written.</param>
/// <param name="Measure">What is counted.</param>
/// <param name="Comparison">How: <c>=</c>, <c>&gt;=</c> or <c>&lt;=</c>.</param>
/// <param name="Number">What the count is compared with.</param>
public sealed record ExpectedCount(int Line, string Measure, string Comparison, int Number)
{
    /// <summary>What can be counted.</summary>
    public static ImmutableArray<string> Measures { get; } = ["answers", "retries", "view_changes", "rejections", "evidence", "state_transfers"];

    /// <summary>Whether a count is as expected.</summary>
    public bool Holds(long counted) => Comparison switch
    {
        ">=" => counted >= Number,
        "<=" => counted <= Number,
        _ => counted == Number,
    };

    /// <inheritdoc/>
    public override string ToString() => $"{Measure} {Comparison} {Number}";
}

/// <summary>What a key must hold at the end.</summary>
/// <param name="Line">Where it is written.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">Its value; null when it must be absent.</param>
public sealed record ExpectedValue(int Line, string Key, string? Value)
{
    /// <summary>What to say when the key has another value.</summary>
    public string Differs(string? actual) => $"line {Line}: '{Key}' should be {Say(Value)}, and is {Say(actual)}";

    private static string Say(string? value) => value is null ? "absent" : $"'{value}'";
}
