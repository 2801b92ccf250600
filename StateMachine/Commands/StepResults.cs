using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>How one step of a transaction or batch ended.</summary>
/// <param name="Index">Its place in the branch that was carried out, or in the batch, from 0 on.</param>
/// <param name="Result">How it ended.</param>
public readonly record struct StepResult(int Index, OperationResult Result);

/// <summary>The results of the steps of a transaction or batch: the value of its result, canonically encoded.</summary>
/// <param name="Succeeded">Transactions: whether all comparisons held. Batches: true.</param>
/// <param name="Results">One for each step that this shard carried out, ascending by index.</param>
public sealed record StepResults(bool Succeeded, ImmutableArray<StepResult> Results)
{
    /// <summary>What a step's result takes beside its value and content type, in bytes.</summary>
    internal const int StepBytes = sizeof(uint) + sizeof(byte) + 5 * sizeof(ulong) + 2 * sizeof(uint);

    private const int FixedBytes = sizeof(byte) + sizeof(uint);

    /// <summary>Appends the canonical encoding.</summary>
    public void Encode(CanonicalWriter writer)
    {
        writer.Bool(Succeeded);
        writer.Count(Results.Length);
        foreach (var step in Results)
        {
            writer.UInt32((uint)step.Index);
            step.Result.Encode(writer);
        }
    }

    /// <summary>The canonical encoding in a new array.</summary>
    public byte[] ToBytes()
    {
        var writer = new CanonicalWriter(FixedBytes + Results.Sum(step => StepBytes + step.Result.Value.Length + step.Result.ContentType.Length));
        Encode(writer);
        return writer.ToArray();
    }

    /// <summary>Reads the canonical encoding; on anything malformed the reader fails and the result is not to be used.</summary>
    public static StepResults Decode(ref CanonicalReader reader)
    {
        var succeeded = reader.Bool();
        var count = reader.Count(Operation.BodyBytesMax, StepBytes);
        var results = ImmutableArray.CreateBuilder<StepResult>(count);
        for (var i = 0; i < count && !reader.Failed; i++)
        {
            var index = reader.UInt32();
            reader.Require(index <= int.MaxValue && (results.Count == 0 || index > (uint)results[^1].Index));
            results.Add(new StepResult((int)(index & int.MaxValue), OperationResult.Decode(ref reader)));
        }

        return new StepResults(succeeded, results.DrainToImmutable());
    }
}
