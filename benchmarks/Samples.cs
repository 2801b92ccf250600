using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Benchmarks;

/// <summary>What the benchmarks work on: the same in every run.</summary>
internal static class Samples
{
    /// <summary>The length of a value in bytes, as in the figures of docs.</summary>
    public const int ValueBytes = 128;

    private const ulong Start = 1_800_000_000_000;
    private const ulong LifetimeMilliseconds = 60_000;

    /// <summary>The client's key.</summary>
    public static Ed25519PrivateKey Key { get; } = new([.. Enumerable.Range(1, Ed25519PrivateKey.SeedLength).Select(value => (byte)value)]);

    /// <summary>The cluster, group and epoch.</summary>
    public static StatementContext Context { get; } = new(new ClusterId(Digest.Of("a cluster"u8)), new GroupId(0), new Epoch(0));

    /// <summary>The time of every batch.</summary>
    public static Timestamp Time { get; } = new(Start + 1000);

    /// <summary>A signed put.</summary>
    public static Request SignedPut(int key, ulong counter)
    {
        var unsigned = Put(key, counter, default);
        return Put(key, counter, Key.Sign(SignatureBase.Of(unsigned, Context.Cluster)));
    }

    /// <summary>A put without a signature, for those who are given what was verified; its digest is known, as it is in a node.</summary>
    public static Request VerifiedPut(int key, ulong counter)
    {
        var request = Put(key, counter, default);
        _ = request.DigestFor(Context.Cluster);
        return request;
    }

    /// <summary>Bytes of some length.</summary>
    public static byte[] Bytes(int length) => [.. Enumerable.Range(0, length).Select(value => (byte)value)];

    private static Request Put(int key, ulong counter, Signature signature)
    {
        Invariant.Holds(Operation.TryCreate(OperationMethod.Put, $"/v1/kv/user{key:D12}", "", [], Bytes(ValueBytes), out var operation));
        return new Request
        {
            Client = Key.PublicKey,
            Nonce = new Nonce(new SessionId(1), counter),
            Created = new Timestamp(Start),
            Expires = new Timestamp(Start + LifetimeMilliseconds),
            Operation = operation,
            Signature = signature,
        };
    }

    /// <summary>A batch of requests.</summary>
    public static Batch BatchOf(IEnumerable<Request> requests) => new(Time, [.. requests.Select(request => request.DigestFor(Context.Cluster))]);

    /// <summary>Requests with counters in order.</summary>
    public static ImmutableArray<Request> Puts(int count, Func<int, int> key) => [.. Enumerable.Range(0, count).Select(i => VerifiedPut(key(i), (ulong)i))];
}
