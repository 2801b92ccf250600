// Why the introduction proves who is at the other end: docs/adr/011-node-keys-vouch-for-tls-certificates.md.
using System.Security.Cryptography;
using KvStore.Protocol;

namespace KvStore.Replication.Pool.Network;

/// <summary>32 random bytes of one side of a connection, so that nothing that was signed for an earlier one fits.</summary>
internal readonly record struct ConnectionNonce(Digest Value)
{
    public static ConnectionNonce Draw()
    {
        Span<byte> bytes = stackalloc byte[Digest.Length];
        RandomNumberGenerator.Fill(bytes);
        return new ConnectionNonce(Digest.Read(bytes));
    }
}

/// <summary>The two ends of a TLS connection, by the SHA-256 of their certificates, whose keys the TLS handshake has proven.</summary>
internal readonly record struct TlsEnds(Digest Dialler, Digest Listener);

/// <summary>What both nodes sign to introduce themselves on a connection: dialler and listener each under a tag of its own.</summary>
internal sealed record Introduction(ClusterId Cluster, ReplicaId From, ReplicaId To, TlsEnds Ends, ConnectionNonce Challenge, ConnectionNonce Nonce)
{
    private const int FieldsLength = Digest.Length + 2 + 2 + Digest.Length;

    /// <summary>The length of a challenge's body.</summary>
    public const int ChallengeLength = Digest.Length;

    /// <summary>The length of a hello's body.</summary>
    public const int HelloLength = FieldsLength + Signature.Length;

    /// <summary>The length of a welcome's body.</summary>
    public const int WelcomeLength = Signature.Length;

    /// <summary>What the dialler signs.</summary>
    public byte[] HelloBytes() => SignedBytes("kvstore-v1 peer hello\0"u8);

    /// <summary>What the listener signs.</summary>
    public byte[] WelcomeBytes() => SignedBytes("kvstore-v1 peer welcome\0"u8);

    /// <summary>The listener's first frame.</summary>
    public static byte[] EncodeChallenge(ConnectionNonce challenge) => Frame(FrameKind.Challenge, writer => writer.Digest(challenge.Value));

    /// <summary>The dialler's only frame before messages.</summary>
    public byte[] EncodeHello(Signature signature) => Frame(FrameKind.Hello, writer =>
    {
        writer.Digest(Cluster.Genesis);
        writer.Replica(From);
        writer.Replica(To);
        writer.Digest(Nonce.Value);
        writer.Signature(signature);
    });

    /// <summary>The listener's answer.</summary>
    public static byte[] EncodeWelcome(Signature signature) => Frame(FrameKind.Welcome, writer => writer.Signature(signature));

    /// <summary>Reads a challenge's body, which has the right length.</summary>
    public static ConnectionNonce DecodeChallenge(byte[] body) => new(Digest.Read(body));

    /// <summary>Reads a hello's body, which has the right length.</summary>
    public static (Introduction Claimed, Signature Signature) DecodeHello(byte[] body, TlsEnds ends, ConnectionNonce challenge)
    {
        var reader = new CanonicalReader(body);
        var claimed = new Introduction(new ClusterId(reader.Digest()), reader.Replica(), reader.Replica(), ends, challenge, new ConnectionNonce(reader.Digest()));
        return (claimed, reader.Signature());
    }

    private static byte[] Frame(FrameKind kind, Action<CanonicalWriter> write)
    {
        var writer = new CanonicalWriter();
        Frames.Begin(writer, kind);
        write(writer);
        return Frames.End(writer);
    }

    private byte[] SignedBytes(ReadOnlySpan<byte> tag)
    {
        var writer = new CanonicalWriter();
        writer.Fixed(tag);
        writer.Digest(Cluster.Genesis);
        writer.Replica(From);
        writer.Replica(To);
        writer.Digest(Ends.Dialler);
        writer.Digest(Ends.Listener);
        writer.Digest(Challenge.Value);
        writer.Digest(Nonce.Value);
        return writer.ToArray();
    }
}
