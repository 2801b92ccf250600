using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace KvStore.Protocol;

/// <summary>What is ordered: a time and the digests of requests, in order. Its digest does not depend on the view.</summary>
public sealed class Batch
{
    /// <summary>The most requests that any batch can name.</summary>
    public const int RequestsMax = 8192;

    private static readonly byte[] Tag = [.. "kvstore-v1 batch\0"u8];

    private StrongBox<Digest>? _digest;

    /// <summary>A batch of requests.</summary>
    /// <param name="time">The primary's clock when it proposed the batch.</param>
    /// <param name="requests">At most <see cref="RequestsMax"/> digests, in the order of execution.</param>
    public Batch(Timestamp time, ImmutableArray<Digest> requests)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(requests.Length, RequestsMax);
        Time = time;
        Requests = requests;
    }

    /// <summary>The batch that fills a gap after a view change: no requests, and a time that never moves the clock.</summary>
    public static Batch Null { get; } = new(default, []);

    /// <summary>The primary's clock when it proposed the batch.</summary>
    public Timestamp Time { get; }

    /// <summary>The digests of the requests, in the order of execution.</summary>
    public ImmutableArray<Digest> Requests { get; }

    /// <summary>The batch's digest.</summary>
    public Digest Digest
    {
        get
        {
            if (_digest is { } known) return known.Value;
            var writer = new CanonicalWriter(64 + Requests.Length * Protocol.Digest.Length);
            writer.Fixed(Tag);
            Encode(writer);
            var digest = Protocol.Digest.Of(writer.Written);
            _digest = new StrongBox<Digest>(digest);
            return digest;
        }
    }

    /// <summary>Appends the canonical encoding.</summary>
    public void Encode(CanonicalWriter writer)
    {
        writer.Time(Time);
        writer.Count(Requests.Length);
        foreach (var request in Requests) writer.Digest(request);
    }

    /// <summary>Reads the canonical encoding; on anything malformed the reader fails and the batch is empty.</summary>
    public static Batch Decode(ref CanonicalReader reader)
    {
        var time = reader.Time();
        var count = reader.Count(RequestsMax, Protocol.Digest.Length);
        var requests = ImmutableArray.CreateBuilder<Digest>(count);
        for (var i = 0; i < count; i++) requests.Add(reader.Digest());
        return new Batch(time, requests.DrainToImmutable());
    }
}
