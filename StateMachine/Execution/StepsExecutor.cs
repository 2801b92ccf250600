using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>Carries out one transaction or batch of steps.</summary>
internal sealed class StepsExecutor(CommandExecutor commands, KeyBatch keys, StateLimits limits, ShardPartition partition)
{
    private readonly ImmutableArray<StepResult>.Builder _results = ImmutableArray.CreateBuilder<StepResult>();
    private long _bytesLeft = limits.BatchBytesMax;

    public OperationResult Execute(TransactionCommand command)
    {
        if (!command.If.All(each => partition.Owns(each.Key.Span)) || !OwnsAll(command.Then) || !OwnsAll(command.Else)) return WrongShard();
        var succeeded = command.If.All(Holds);
        var steps = succeeded ? command.Then : command.Else;
        keys.Begin();
        for (var i = 0; i < steps.Length; i++)
        {
            var result = Step(i, steps[i]);
            if (!Refuses(steps[i], result)) continue;
            if (!PlantedBugs.Has(PlantedBug.TransactionHalfApplied)) keys.RollBack();
            else keys.Commit();
            return Refusal(succeeded, i, steps[i], result.Code);
        }

        keys.Commit();
        // What was read before the first change is of the transaction's revision as well: there is none in between.
        for (var i = 0; i < _results.Count; i++)
        {
            var (index, result) = _results[i];
            if (result.Revision != keys.Revision) _results[i] = new StepResult(index, result with { Revision = keys.Revision });
        }

        return Done(succeeded);
    }

    public OperationResult Execute(BatchCommand command)
    {
        for (var i = 0; i < command.Operations.Length; i++)
        {
            if (partition.Owns(command.Operations[i].Key.Span)) Step(i, command.Operations[i]);
        }

        return _results.Count == 0 ? WrongShard() : Done(succeeded: true);
    }

    private bool OwnsAll(ImmutableArray<KeyCommand> steps) => steps.All(each => partition.Owns(each.Key.Span));

    private bool Holds(Comparison comparison)
    {
        var found = keys.Find(comparison.Key.RecordPath);
        return (comparison.Revision is not { } revision || revision == (found?.Revision ?? 0))
            && (comparison.Exists is not { } exists || exists == found.HasValue)
            && (comparison.Value is not { } value || (found is { } record && record.Value.Span.SequenceEqual(value.Span)));
    }

    private OperationResult Step(int index, KeyCommand step)
    {
        // An append or a slice copies what is there, of which the body says nothing: a small one could have every replica copy gigabytes.
        var copied = step is AppendCommand or KeepSliceCommand ? keys.Find(step.RecordPath)?.Value.Length ?? 0 : 0;
        if (copied > _bytesLeft) return Note(index, TooLarge(step));
        _bytesLeft -= copied;
        var result = commands.Execute(step);
        var bytes = result.Value.Length + result.ContentType.Length;
        if (bytes > _bytesLeft) result = result with { Code = ResultCode.TooLarge, Offset = 0, Value = default, ContentType = "" };
        else _bytesLeft -= bytes;
        return Note(index, result);
    }

    private OperationResult Note(int index, OperationResult result)
    {
        _results.Add(new StepResult(index, result));
        return result;
    }

    private OperationResult TooLarge(KeyCommand step) =>
        new() { Code = ResultCode.TooLarge, Revision = keys.Revision, KeyRevision = keys.Find(step.RecordPath)?.Revision ?? 0 };

    // That there is nothing to read or to delete is an answer, and keeps nothing else from being done; that an answer does not fit is none.
    private static bool Refuses(KeyCommand step, OperationResult result) => result.Refused && (step, result.Code) switch
    {
        (GetCommand, not ResultCode.TooLarge) => false,
        (DeleteCommand, ResultCode.NotFound) => false,
        _ => true,
    };

    // The key is described as it is, and not as the transaction would have made it.
    private OperationResult Refusal(bool succeeded, int index, KeyCommand step, ResultCode code)
    {
        var found = keys.Find(step.RecordPath);
        return new OperationResult
        {
            Code = code,
            Revision = keys.Revision,
            KeyRevision = found?.Revision ?? 0,
            Offset = (ulong)index,
            Length = (ulong)(found?.Value.Length ?? 0),
            Expires = found?.Expires ?? default,
            Value = new StepResults(succeeded, []).ToBytes(),
        };
    }

    private OperationResult WrongShard() => new() { Code = ResultCode.WrongShard, Revision = keys.Revision };

    private OperationResult Done(bool succeeded) =>
        new() { Code = ResultCode.Ok, Revision = keys.Revision, Value = new StepResults(succeeded, _results.DrainToImmutable()).ToBytes() };
}
