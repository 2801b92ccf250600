using System.Runtime.InteropServices;

namespace KvStore.Protocol;

/// <summary>
/// An Ed25519 private key, held in the native library's memory and wiped by <see cref="Dispose"/>. Thread-safe.
/// Signs any bytes: that they start with a domain tag is the caller's duty.
/// </summary>
public sealed class Ed25519PrivateKey : IDisposable
{
    /// <summary>The length of a seed, in bytes.</summary>
    public const int SeedLength = 32;

    private readonly Ed25519Backend _backend;
    private readonly SafeHandle _key;

    /// <summary>Makes the key of a seed, which RFC 8032 calls the private key. The caller wipes its copy of the seed.</summary>
    /// <param name="seed">32 bytes that nobody can guess.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not 32 bytes.</exception>
    /// <exception cref="DllNotFoundException">There is no library for <see cref="Ed25519.Instance"/>.</exception>
    public Ed25519PrivateKey(ReadOnlySpan<byte> seed)
        : this(seed, Ed25519.Instance.Backend)
    {
    }

    internal Ed25519PrivateKey(ReadOnlySpan<byte> seed, Ed25519Backend backend)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(seed.Length, SeedLength);
        Span<byte> publicKey = stackalloc byte[PublicKey.Length];
        _backend = backend;
        _key = backend.Import(seed, publicKey);
        PublicKey = PublicKey.Read(publicKey);
    }

    /// <summary>The public key, which stays known after the key is disposed of.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>Signs a message: the same signature each time, with every library (RFC 8032 section 5.1.6).</summary>
    /// <exception cref="ObjectDisposedException">The key has been disposed of.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The library failed.</exception>
    public Signature Sign(ReadOnlySpan<byte> message)
    {
        Span<byte> signature = stackalloc byte[Signature.Length];
        _backend.Sign(_key, message, signature);
        return Signature.Read(signature);
    }

    /// <summary>Wipes the key, as soon as no other thread is signing with it.</summary>
    public void Dispose() => _key.Dispose();
}
