using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>A place in the order of all executed requests of a shard.</summary>
internal readonly record struct Position(ulong Sequence, int Index) : IComparable<Position>
{
    /// <summary>Behind everything in a batch: what a read saw.</summary>
    public static Position EndOf(SequenceNumber sequence) => new(sequence.Number, int.MaxValue);

    public int CompareTo(Position other) => Sequence == other.Sequence ? Index.CompareTo(other.Index) : Sequence.CompareTo(other.Sequence);
}

/// <summary>What one shard is asked for by an operation, and what it answered.</summary>
internal sealed class OperationPart(ClientOperation operation, Shard shard)
{
    public ClientOperation Operation => operation;

    public Shard Shard => shard;

    /// <summary>What had been answered to anybody when the operation was first submitted: its own position must be behind.</summary>
    public Position Floor { get; } = shard.Floor;

    /// <summary>What came out; null while the operation is under way.</summary>
    public OperationResult? Result { get; set; }

    public override string ToString() => $"{operation} on {shard}";
}

/// <summary>An operation of a client, from its first submission to its answer. It is the same request to every shard that it goes to.</summary>
internal sealed class ClientOperation
{
    private readonly int _client;

    public ClientOperation(int client, Intent intent, IEnumerable<Shard> shards)
    {
        _client = client;
        Intent = intent;
        Parts = [.. shards.Select(shard => new OperationPart(this, shard))];
    }

    public Intent Intent { get; }

    public ImmutableArray<OperationPart> Parts { get; }

    /// <summary>The signed request; null for a linearizable read, which is not ordered.</summary>
    public VerifiedRequest? Request { get; init; }

    /// <summary>When it was first submitted, in the order of the clients' events.</summary>
    public long Invoked { get; init; }

    /// <summary>When it was answered first; null while it is under way.</summary>
    public long? Answered { get; set; }

    /// <summary>Whether it may reach shards that its client did not ask: then what became of it there stays unknown.</summary>
    public bool GoesElsewhere { get; set; }

    /// <summary>How often it was sent in the hope of an answer.</summary>
    public int Attempts { get; set; }

    /// <summary>Whether its client stopped asking, because the request has expired: what became of it stays unknown.</summary>
    public bool GivenUp { get; set; }

    public bool IsOver => Answered is not null || GivenUp;

    /// <summary>What is asked of a shard; null when the operation does not go there.</summary>
    public OperationPart? PartOf(int shard) => Parts.FirstOrDefault(part => part.Shard.Index == shard);

    public override string ToString() =>
        $"c{_client} {Intent}{(Request is { } request ? $" n{request.Request.Nonce.Session.Value}.{request.Request.Nonce.Counter} {request.Digest.ToString()[..8]}" : " (read)")}";
}
