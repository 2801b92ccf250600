namespace KvStore.Client;

/// <summary>
/// A transaction: all comparisons hold, and then all steps of one list are done at one revision, or else all of the other; or nothing is.
/// All its keys belong to one shard: keys with the same <c>{tag}</c> do.
/// </summary>
public sealed class Transaction
{
    private readonly List<Comparison> _if = [];
    private readonly List<Step> _then = [];
    private readonly List<Step> _else = [];

    /// <summary>Adds comparisons; all must hold for <see cref="Then"/>.</summary>
    public Transaction If(params ReadOnlySpan<Comparison> comparisons)
    {
        _if.AddRange(comparisons);
        return this;
    }

    /// <summary>Adds steps for when all comparisons hold.</summary>
    public Transaction Then(params ReadOnlySpan<Step> steps) => Add(_then, steps);

    /// <summary>Adds steps for when one comparison does not hold.</summary>
    public Transaction Else(params ReadOnlySpan<Step> steps) => Add(_else, steps);

    internal ReadOnlyMemory<byte> ToJson() => StepJson.Transaction(_if, _then, _else);

    private Transaction Add(List<Step> list, ReadOnlySpan<Step> steps)
    {
        foreach (var step in steps)
        {
            if (step.Revision is not null) throw new ArgumentException("In a transaction the comparisons are in If.", nameof(steps));
        }

        list.AddRange(steps);
        return this;
    }
}
