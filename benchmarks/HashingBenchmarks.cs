using BenchmarkDotNet.Attributes;
using KvStore.Protocol;

namespace KvStore.Benchmarks;

/// <summary>Digests and signatures.</summary>
public class HashingBenchmarks
{
    private const int MessageBytes = 600; // About the signature base of a put.

    private readonly byte[] _small = Samples.Bytes(100);
    private readonly byte[] _large = Samples.Bytes(1024);
    private readonly byte[] _message = Samples.Bytes(MessageBytes);
    private readonly Request _request = Samples.SignedPut(1, 1);
    private readonly Signature _signature = Samples.Key.Sign(Samples.Bytes(MessageBytes));

    /// <summary>SHA-256 of 100 bytes.</summary>
    [Benchmark]
    public object Digest_100_bytes() => Digest.Of(_small);

    /// <summary>SHA-256 of 1 KiB.</summary>
    [Benchmark]
    public object Digest_1_KiB() => Digest.Of(_large);

    /// <summary>The bytes that a client signs, from the request.</summary>
    [Benchmark]
    public byte[] Signature_base() => SignatureBase.Of(_request, Samples.Context.Cluster);

    /// <summary>A request's digest, from the request.</summary>
    [Benchmark]
    public object Request_digest() => Digest.Of(SignatureBase.Of(_request, Samples.Context.Cluster));

    /// <summary>Ed25519: a signature of 600 bytes.</summary>
    [Benchmark]
    public object Sign() => Samples.Key.Sign(_message);

    /// <summary>Ed25519: a verification over 600 bytes.</summary>
    [Benchmark]
    public bool Verify() => Ed25519.Instance.Verify(Samples.Key.PublicKey, _message, _signature);
}
