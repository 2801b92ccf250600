using System.Collections.Immutable;
using System.Text;
using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>What a client does to the store.</summary>
internal enum OperationKind
{
    Get,
    Put,
    Create,
    CompareAndSet,
    Append,
    KeepSlice,
    Delete,
    List,
    Transaction,
    Batch,
}

/// <summary>What a transaction compares: what is not null must hold.</summary>
/// <param name="Key">The key.</param>
/// <param name="Revision">The revision at which the key last changed; 0 when it must be absent.</param>
/// <param name="Exists">Whether the key must be there.</param>
/// <param name="Value">The value that it must have.</param>
/// <param name="Expected">The value that the key had at the revision; null when it was absent. Not sent; for the checkers.</param>
internal sealed record Condition(string Key, ulong? Revision, bool? Exists, string? Value, string? Expected);

/// <summary>An operation in the terms of the oracle, from which the HTTP request that is signed is made; or a step of one.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Key">The key, or the prefix of a list; empty for transactions and batches.</param>
/// <param name="Value">What is written; unique.</param>
internal sealed record Intent(OperationKind Kind, string Key, string Value = "")
{
    /// <summary>The content type of what is written, or empty.</summary>
    public string ContentType { get; init; } = "";

    /// <summary>After how many seconds the key expires; 0 for never.</summary>
    public int TimeToLive { get; init; }

    /// <summary>The revision that a compare-and-set expects.</summary>
    public ulong IfRevision { get; init; }

    /// <summary>The value that the key had at that revision.</summary>
    public string? Expected { get; init; }

    /// <summary>The length that an append expects; null for any.</summary>
    public int? IfLength { get; init; }

    /// <summary>Where a kept slice begins.</summary>
    public int Start { get; init; }

    /// <summary>Where it ends.</summary>
    public int End { get; init; }

    /// <summary>What decides the branch of a transaction.</summary>
    public ImmutableArray<Condition> If { get; init; } = [];

    /// <summary>The steps of a transaction when all conditions hold; those of a batch.</summary>
    public ImmutableArray<Intent> Then { get; init; } = [];

    /// <summary>The steps of a transaction when a condition does not hold.</summary>
    public ImmutableArray<Intent> Else { get; init; } = [];

    /// <summary>All keys that it names.</summary>
    public IEnumerable<string> Keys => Kind is OperationKind.Transaction or OperationKind.Batch
        ? If.Select(condition => condition.Key).Concat(Then.Concat(Else).Select(step => step.Key))
        : [Key];

    public Operation ToOperation()
    {
        var (method, path, query, headers, body) = IntentWire.Of(this);
        Invariant.Holds(Operation.TryCreate(method, path, query, headers, Encoding.ASCII.GetBytes(body), out var operation));
        return operation;
    }

    /// <summary>The shards that the operation goes to; the client knows them by the product's own rule.</summary>
    public IEnumerable<int> ShardsOf(ShardMap map) => Kind == OperationKind.List
        ? Enumerable.Range(0, map.Shards)
        : Keys.Select(key => (int)map.ShardOf(Encoding.ASCII.GetBytes(key)).Number).Distinct().Order();

    public override string ToString() => Kind switch
    {
        OperationKind.Transaction => $"{Kind} if [{string.Join(", ", If)}] then [{string.Join(", ", Then)}] else [{string.Join(", ", Else)}]",
        OperationKind.Batch => $"{Kind} [{string.Join(", ", Then)}]",
        _ => $"{Kind} {Key} {Value}{(TimeToLive > 0 ? $" for {TimeToLive} s" : "")}",
    };
}
