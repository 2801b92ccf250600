using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Simulator;

/// <summary>What a client knows of something that it asked for.</summary>
internal enum Knowledge
{
    /// <summary>It was carried out, or refused by itself: there is a result.</summary>
    Answered,

    /// <summary>It was certainly not carried out.</summary>
    NotDone,

    /// <summary>It may have been carried out once.</summary>
    Unknown,
}

/// <summary>One step of an operation as its client sees it, from answers alone; an operation on one key is a step by itself.</summary>
/// <param name="Step">What was asked for.</param>
/// <param name="Known">What is known of it.</param>
/// <param name="Result">How it ended, when that is known.</param>
internal sealed record StepView(Intent Step, Knowledge Known, OperationResult? Result)
{
    /// <summary>All steps of an operation that is not a list, those of both branches of a transaction.</summary>
    public static IEnumerable<StepView> Of(ClientOperation operation, int shards)
    {
        var intent = operation.Intent;
        return intent.Kind switch
        {
            OperationKind.Transaction => OfTransaction(operation, intent, ShardRule.Of(intent.Keys.First(), shards)),
            OperationKind.Batch => intent.Then.Select((step, index) => OfBatch(operation, step, index, ShardRule.Of(step.Key, shards))),
            _ => [OfOne(operation, intent, ShardRule.Of(intent.Key, shards))],
        };
    }

    /// <summary>The results of a transaction or batch, when it was carried out.</summary>
    public static StepResults? ResultsOf(OperationResult? result)
    {
        if (result is not { Code: ResultCode.Ok }) return null;
        var reader = new CanonicalReader(result.Value);
        var results = StepResults.Decode(ref reader);
        Invariant.Holds(reader.Complete);
        return results;
    }

    // Refused for its nonce or its time: another copy may still have been applied, before or after.
    private static bool IsUnknown(OperationResult? result) =>
        result is null || result.Code is ResultCode.Stale or ResultCode.Conflict or ResultCode.Expired or ResultCode.TooManySessions or ResultCode.Invalid;

    private static StepView OfOne(ClientOperation operation, Intent step, int shard)
    {
        if (operation.PartOf(shard) is not { } part) return new StepView(step, operation.GoesElsewhere ? Knowledge.Unknown : Knowledge.NotDone, null);
        return IsUnknown(part.Result) ? new StepView(step, Knowledge.Unknown, null) : new StepView(step, Knowledge.Answered, part.Result);
    }

    private static StepView OfBatch(ClientOperation operation, Intent step, int index, int shard)
    {
        var whole = OfOne(operation, step, shard);
        if (ResultsOf(whole.Result) is not { } results) return whole;
        var own = results.Results.Single(each => each.Index == index);
        return whole with { Result = own.Result };
    }

    private static IEnumerable<StepView> OfTransaction(ClientOperation operation, Intent intent, int shard)
    {
        var whole = OfOne(operation, intent, shard);
        if (ResultsOf(whole.Result) is not { } results)
        {
            var known = whole.Known == Knowledge.Unknown ? Knowledge.Unknown : Knowledge.NotDone;
            return intent.Then.Concat(intent.Else).Select(step => new StepView(step, known, null));
        }

        var (done, left) = results.Succeeded ? (intent.Then, intent.Else) : (intent.Else, intent.Then);
        return done.Select((step, index) => new StepView(step, Knowledge.Answered, results.Results[index].Result))
            .Concat(left.Select(step => new StepView(step, Knowledge.NotDone, null)));
    }
}
