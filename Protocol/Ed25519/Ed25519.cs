// RFC 8032 section 5.1 (Ed25519). The choice among the ways to verify is that of "Taming the many EdDSAs"
// (Chalkias, Garillot, Nikolaenko, SSR 2020) that fits consensus: strict, cofactorless, as libsodium 1.0 and ed25519-dalek's verify_strict.
namespace KvStore.Protocol;

/// <summary>
/// Ed25519 by a native library. Accepts a signature (R, S) of a message under a key A if and only if
/// S is below L; A and R are canonical encodings; A is on the curve; neither A nor R is of small order;
/// and R is the encoding of S·B - SHA-512(R ‖ A ‖ message)·A, without multiplying by the cofactor.
/// The answer is the same with every library that is used, so replicas with different ones never disagree. Thread-safe.
/// </summary>
public sealed class Ed25519 : ISignatureScheme
{
    private static readonly Lazy<Ed25519> Loaded = new(() => new Ed25519(Ed25519Loader.Load()));

    internal Ed25519(Ed25519Backend backend) => Backend = backend;

    /// <summary>The one of this process: by libsodium, or else by OpenSSL. Loads and tests the library when it is first asked for.</summary>
    /// <exception cref="DllNotFoundException">No library is good. The message says what to install.</exception>
    public static Ed25519 Instance => Loaded.Value;

    /// <summary>The library and its version, for example <c>libsodium 1.0.18</c>.</summary>
    public string BackendName => Backend.Name;

    internal Ed25519Backend Backend { get; }

    /// <inheritdoc/>
    public bool Verify(PublicKey key, ReadOnlySpan<byte> message, in Signature signature)
    {
        Span<byte> keyBytes = stackalloc byte[PublicKey.Length];
        Span<byte> signatureBytes = stackalloc byte[Signature.Length];
        key.Write(keyBytes);
        signature.Write(signatureBytes);
        return StrictEncoding.Accepts(keyBytes, signatureBytes) && Backend.Satisfies(keyBytes, message, signatureBytes);
    }
}
