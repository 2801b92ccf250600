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

    private string KeyPath => $"/v1/kv/{Key}";

    private static ImmutableArray<OperationHeaderField> None => [];

    private static ImmutableArray<OperationHeaderField> One(OperationHeader header, string value) => [new OperationHeaderField(header, value)];
}

/// <summary>A place in the order of all executed requests.</summary>
internal readonly record struct Position(ulong Sequence, int Index) : IComparable<Position>
{
    /// <summary>Behind everything in a batch: what a read saw.</summary>
    public static Position EndOf(SequenceNumber sequence) => new(sequence.Number, int.MaxValue);

    public int CompareTo(Position other) => Sequence == other.Sequence ? Index.CompareTo(other.Index) : Sequence.CompareTo(other.Sequence);
}

/// <summary>An operation of a client, from its first submission to its answer.</summary>
internal sealed class ClientOperation(int client, Intent intent)
{
    public int Client => client;

    public Intent Intent => intent;

    /// <summary>The signed request; null for a linearizable read, which is not ordered.</summary>
    public VerifiedRequest? Request { get; init; }

    /// <summary>What had been answered to anybody when this was first submitted: its own position must be behind.</summary>
    public Position Floor { get; init; }

    /// <summary>When it was first submitted, in the order of the clients' events.</summary>
    public long Invoked { get; init; }

    /// <summary>When it was answered first; null while it is under way.</summary>
    public long? Answered { get; set; }

    public OperationResult? Result { get; set; }

    /// <summary>How often it was sent in the hope of an answer.</summary>
    public int Attempts { get; set; }

    /// <summary>Whether its client stopped asking, because the request has expired: what became of it stays unknown.</summary>
    public bool GivenUp { get; set; }

    public bool IsOver => Answered is not null || GivenUp;

    public override string ToString() =>
        $"c{client} {intent.Kind} {intent.Key} {intent.Value}{(Request is { } request ? $" n{request.Request.Nonce.Session.Value}.{request.Request.Nonce.Counter} {request.Digest.ToString()[..8]}" : " (read)")}";
}
