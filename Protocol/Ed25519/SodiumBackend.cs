// libsodium's crypto_sign_detached family: https://doc.libsodium.org/public-key_cryptography/public-key_signatures
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace KvStore.Protocol;

/// <summary>Ed25519 of libsodium. See <see cref="Ed25519Backend"/> for what its versions do.</summary>
internal sealed unsafe class SodiumBackend : Ed25519Backend
{
    private const nuint SecretKeyLength = 64;

    private readonly delegate* unmanaged[Cdecl]<byte*, byte*, ulong, byte*, int> _verify;
    private readonly delegate* unmanaged[Cdecl]<byte*, ulong*, byte*, ulong, byte*, int> _sign;
    private readonly delegate* unmanaged[Cdecl]<byte*, byte*, byte*, int> _keyPair;
    private readonly delegate* unmanaged[Cdecl]<nuint, nint> _allocate;
    private readonly delegate* unmanaged[Cdecl]<nint, void> _free;

    /// <summary>Binds to a loaded library.</summary>
    /// <exception cref="EntryPointNotFoundException">It lacks a function.</exception>
    /// <exception cref="CryptographicException">It cannot be initialized.</exception>
    public SodiumBackend(nint library)
        : base("libsodium " + Version(library))
    {
        _verify = (delegate* unmanaged[Cdecl]<byte*, byte*, ulong, byte*, int>)NativeLibrary.GetExport(library, "crypto_sign_verify_detached");
        _sign = (delegate* unmanaged[Cdecl]<byte*, ulong*, byte*, ulong, byte*, int>)NativeLibrary.GetExport(library, "crypto_sign_detached");
        _keyPair = (delegate* unmanaged[Cdecl]<byte*, byte*, byte*, int>)NativeLibrary.GetExport(library, "crypto_sign_seed_keypair");
        _allocate = (delegate* unmanaged[Cdecl]<nuint, nint>)NativeLibrary.GetExport(library, "sodium_malloc");
        _free = (delegate* unmanaged[Cdecl]<nint, void>)NativeLibrary.GetExport(library, "sodium_free");
        var initialize = (delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(library, "sodium_init");
        if (initialize() < 0) throw new CryptographicException("libsodium cannot be initialized.");
    }

    /// <inheritdoc/>
    public override bool Satisfies(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        fixed (byte* k = key, m = message, s = signature) return _verify(s, m, (ulong)message.Length, k) == 0;
    }

    /// <inheritdoc/>
    public override SafeHandle Import(ReadOnlySpan<byte> seed, Span<byte> publicKey)
    {
        // sodium_malloc keeps the key out of swap and core dumps, and sodium_free wipes it.
        var secret = _allocate(SecretKeyLength);
        if (secret == 0) throw new CryptographicException("libsodium has no memory for a key.");
        var handle = new Ed25519KeyHandle(secret, _free);
        int result;
        fixed (byte* p = publicKey, s = seed) result = _keyPair(p, (byte*)secret, s);
        if (result == 0) return handle;
        handle.Dispose();
        throw new CryptographicException("libsodium did not make a key.");
    }

    /// <inheritdoc/>
    public override void Sign(SafeHandle key, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        var held = false;
        int result;
        try
        {
            key.DangerousAddRef(ref held);
            fixed (byte* m = message, s = signature) result = _sign(s, null, m, (ulong)message.Length, (byte*)key.DangerousGetHandle());
        }
        finally
        {
            if (held) key.DangerousRelease();
        }

        if (result != 0) throw new CryptographicException("libsodium did not sign.");
    }

    private static string? Version(nint library) =>
        Marshal.PtrToStringUTF8(((delegate* unmanaged[Cdecl]<nint>)NativeLibrary.GetExport(library, "sodium_version_string"))());
}
