using System.Runtime.CompilerServices;

namespace KvStore.Protocol;

/// <summary>
/// A client's signed request. protocol.md section 4. Its digest is the SHA-256 of the RFC 9421 signature base, which covers everything
/// but the signature itself. The digest is computed once per object and cached.
/// </summary>
public sealed class Request
{
    /// <summary>The longest time from <see cref="Created"/> to <see cref="Expires"/>, in milliseconds.</summary>
    public const ulong LifetimeMillisecondsMax = 300_000;

    /// <summary>The largest canonical encoding of a request, in bytes.</summary>
    public const int EncodedBytesMax = Operation.BodyBytesMax + 10 * Operation.TextBytesMax;

    private const byte DirectSignature = 1;
    private const int MillisecondsPerSecond = 1000;

    // A reference, because replicas of one process share the object over threads and a nullable struct could be read half written.
    private StrongBox<Digest>? _digest;

    /// <summary>The client's public key.</summary>
    public required PublicKey Client { get; init; }

    /// <summary>The nonce that the client chose.</summary>
    public required Nonce Nonce { get; init; }

    /// <summary>When the client made it: whole seconds, because RFC 9421 counts seconds.</summary>
    public required Timestamp Created { get; init; }

    /// <summary>From which batch time on it is refused: whole seconds.</summary>
    public required Timestamp Expires { get; init; }

    /// <summary>What is asked for.</summary>
    public required Operation Operation { get; init; }

    /// <summary>The client's signature over the signature base.</summary>
    public required Signature Signature { get; init; }

    /// <summary>About how much memory the request takes, in bytes; for quotas.</summary>
    public int Weight
    {
        get
        {
            var weight = 512 + Operation.Path.Length + Operation.Query.Length + Operation.Body.Length;
            foreach (var header in Operation.Headers) weight += header.Value.Length; // Asked for every request several times: nothing is allocated.
            return weight;
        }
    }

    /// <summary>SHA-256 of the signature base under a cluster: a request belongs to one cluster and is named by this everywhere.</summary>
    public Digest DigestFor(ClusterId cluster) => (_digest ??= new StrongBox<Digest>(Digest.Of(SignatureBase.Of(this, cluster)))).Value;

    /// <summary>The same, for a caller that has built the signature base already.</summary>
    internal Digest DigestFor(ClusterId cluster, ReadOnlySpan<byte> signatureBase) =>
        _digest is null ? (_digest = new StrongBox<Digest>(Digest.Of(signatureBase))).Value : DigestFor(cluster);

    /// <summary>Whether the times are whole seconds, in order, and not too far apart.</summary>
    public bool HasGoodTimes =>
        Created.UnixMilliseconds % MillisecondsPerSecond == 0
        && Expires.UnixMilliseconds % MillisecondsPerSecond == 0
        && Expires >= Created
        && Expires.UnixMilliseconds - Created.UnixMilliseconds <= LifetimeMillisecondsMax;

    /// <summary>The same request with this signature, which its signature base does not depend on.</summary>
    public Request WithSignature(Signature signature) => new()
    {
        Client = Client,
        Nonce = Nonce,
        Created = Created,
        Expires = Expires,
        Operation = Operation,
        Signature = signature,
    };

    /// <summary>Appends the canonical encoding.</summary>
    public void Encode(CanonicalWriter writer)
    {
        writer.PublicKey(Client);
        writer.UInt64(Nonce.Session.Value);
        writer.UInt64(Nonce.Counter);
        writer.Time(Created);
        writer.Time(Expires);
        Operation.Encode(writer);
        writer.Byte(DirectSignature);
        writer.Signature(Signature);
    }

    /// <summary>Reads the canonical encoding; on anything malformed the reader fails and the result is null.</summary>
    public static Request? Decode(ref CanonicalReader reader)
    {
        var client = reader.PublicKey();
        var nonce = new Nonce(new SessionId(reader.UInt64()), reader.UInt64());
        var created = reader.Time();
        var expires = reader.Time();
        var operation = Operation.Decode(ref reader);
        reader.Require(reader.Byte() == DirectSignature);
        var signature = reader.Signature();
        if (reader.Failed || operation is null) return null;
        var request = new Request { Client = client, Nonce = nonce, Created = created, Expires = expires, Operation = operation, Signature = signature };
        reader.Require(request.HasGoodTimes);
        return reader.Failed ? null : request;
    }
}
