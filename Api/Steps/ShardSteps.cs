using System.Collections.Immutable;
using KvStore.Api.Problems;
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Api.Steps;

/// <summary>What one shard said about its steps of a batch, to be taken in the order of the batch.</summary>
internal sealed class ShardSteps
{
    private readonly ImmutableArray<StepResult> _results;
    private int _taken;

    /// <summary>The steps of an answer.</summary>
    public ShardSteps(uint shard, ShardAnswer answer, StateLimits limits)
    {
        Shard = shard;
        Answer = answer;
        if (answer.Result is not { } result) Problem = answer.Problem!;
        else if (result.Refused) Problem = ResultProblems.Of(result, shard, limits);
        else _results = Decode(result.Value).Results;
    }

    /// <summary>The shard.</summary>
    public uint Shard { get; }

    /// <summary>What it said.</summary>
    public ShardAnswer Answer { get; }

    /// <summary>Why none of its steps has a result; null when all have.</summary>
    public ProblemResult? Problem { get; }

    /// <summary>The result of the shard's next step, which has this index in the batch.</summary>
    public OperationResult Take(int index)
    {
        var step = _results[_taken++];
        Invariant.Holds(step.Index == index);
        return step.Result;
    }

    /// <summary>Reads the value of a transaction's or a batch's result.</summary>
    public static StepResults Decode(ReadOnlyMemory<byte> value)
    {
        var reader = new CanonicalReader(value);
        var steps = StepResults.Decode(ref reader);
        Invariant.Holds(reader.Complete);
        return steps;
    }
}
