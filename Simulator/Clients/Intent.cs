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
}

/// <summary>An operation in the terms of the oracle, from which the HTTP request that is signed is made.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Key">The key, or the prefix of a list.</param>
/// <param name="Value">What is written; unique.</param>
/// <param name="IfRevision">The revision that a compare-and-set expects.</param>
/// <param name="Expected">The value that the key had at that revision.</param>
/// <param name="Start">Where a kept slice begins.</param>
/// <param name="End">Where it ends.</param>
internal sealed record Intent(
    OperationKind Kind, string Key, string Value = "", ulong IfRevision = 0, string? Expected = null, int Start = 0, int End = 0)
{
    public const string SliceMediaType = "application/vnd.kv.slice+json";

    public Operation ToOperation()
    {
        var (method, path, query, headers, body) = Kind switch
        {
            OperationKind.Get => (OperationMethod.Get, KeyPath, "", None, ""),
            OperationKind.Put => (OperationMethod.Put, KeyPath, "", None, Value),
            OperationKind.Create => (OperationMethod.Put, KeyPath, "", One(OperationHeader.IfNoneMatch, "*"), Value),
            OperationKind.CompareAndSet => (OperationMethod.Put, KeyPath, "", One(OperationHeader.IfMatch, $"\"r{IfRevision}\""), Value),
            OperationKind.Append => (OperationMethod.Post, KeyPath, "", None, Value),
            OperationKind.KeepSlice => (OperationMethod.Patch, KeyPath, "", One(OperationHeader.ContentType, SliceMediaType), $"{{\"start\":{Start},\"end\":{End}}}"),
            OperationKind.Delete => (OperationMethod.Delete, KeyPath, "", None, ""),
            OperationKind.List => (OperationMethod.Get, "/v1/kv", $"?prefix={Key}", None, ""),
            _ => throw new InvalidOperationException($"An unknown kind of operation: {Kind}."),
        };
        Invariant.Holds(Operation.TryCreate(method, path, query, headers, Encoding.ASCII.GetBytes(body), out var operation));
        return operation;
    }

    /// <summary>The shards that the operation belongs to; the client knows them by the product's own rule.</summary>
    public IEnumerable<int> ShardsOf(ShardMap map) => Kind == OperationKind.List ? Enumerable.Range(0, map.Shards) : [ShardOf(map, Key)];

    public override string ToString() => $"{Kind} {Key} {Value}";

    private static int ShardOf(ShardMap map, string key) => (int)map.ShardOf(Encoding.ASCII.GetBytes(key)).Number;

    // Braces have no place in a path.
    private string KeyPath => $"/v1/kv/{Key.Replace("{", "%7B", StringComparison.Ordinal).Replace("}", "%7D", StringComparison.Ordinal)}";

    private static ImmutableArray<OperationHeaderField> None => [];

    private static ImmutableArray<OperationHeaderField> One(OperationHeader header, string value) => [new OperationHeaderField(header, value)];
}
