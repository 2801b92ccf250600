// ECDH over NIST P-256 (SP 800-56A) and HKDF (RFC 5869), because both are in the base library. The node's Ed25519 key signs the public half.
using System.Security.Cryptography;
using KvStore.Protocol;

namespace KvStore.Replication.Pool.Envelopes;

/// <summary>The public half of a run's key: the coordinates of its point.</summary>
internal readonly record struct RunPoint(Digest X, Digest Y)
{
    public const int Length = Digest.Length + Digest.Length;
}

/// <summary>The keys under which two runs of two nodes seal what they send to each other: one a direction.</summary>
internal sealed record SharedKeys(byte[] Sending, byte[] Receiving);

/// <summary>A key that lives as long as this run of the node, so that nothing from an earlier run of either end is taken for new. Thread-safe.</summary>
internal sealed class RunKey : IDisposable
{
    private const int KeyLength = 32;

    private readonly ECDiffieHellman _key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
    private readonly Lock _gate = new();
    private readonly ClusterId _cluster;
    private readonly ReplicaId _self;

    public RunKey(ClusterId cluster, ReplicaId self)
    {
        (_cluster, _self) = (cluster, self);
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        Point = new RunPoint(Digest.Read(point.X), Digest.Read(point.Y));
    }

    /// <summary>What others are told of it.</summary>
    public RunPoint Point { get; }

    /// <summary>What this run shares with a run of another node; null when that has no point of the curve.</summary>
    public SharedKeys? TryShare(ReplicaId peer, RunPoint point)
    {
        byte[] secret;
        try
        {
            using var other = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = Bytes(point.X), Y = Bytes(point.Y) } });
            using var key = other.PublicKey;
            lock (_gate) secret = _key.DeriveRawSecretAgreement(key);
        }
        catch (CryptographicException)
        {
            return null;
        }

        var keys = new SharedKeys(Derive(secret, _self, Point, peer, point), Derive(secret, peer, point, _self, Point));
        CryptographicOperations.ZeroMemory(secret);
        return keys;
    }

    public void Dispose() => _key.Dispose();

    private byte[] Derive(byte[] secret, ReplicaId from, RunPoint fromPoint, ReplicaId to, RunPoint toPoint)
    {
        var info = new CanonicalWriter();
        info.Fixed("kvstore-v1 envelope key\0"u8);
        info.Replica(from);
        info.Replica(to);
        foreach (var half in (Digest[])[fromPoint.X, fromPoint.Y, toPoint.X, toPoint.Y]) info.Digest(half);
        return HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, KeyLength, Bytes(_cluster.Genesis), info.ToArray());
    }

    private static byte[] Bytes(Digest digest)
    {
        var bytes = new byte[Digest.Length];
        digest.Write(bytes);
        return bytes;
    }
}
