// OpenSSL's EVP interface to Ed25519: https://docs.openssl.org/3.0/man7/EVP_SIGNATURE-ED25519/
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace KvStore.Protocol;

/// <summary>Ed25519 of OpenSSL's libcrypto, which .NET needs on Linux in any case. Takes about twice libsodium's time to verify.</summary>
internal sealed unsafe class OpenSslBackend : Ed25519Backend
{
    private const int KeyType = 1087; // EVP_PKEY_ED25519
    private const int Success = 1;

    private readonly delegate* unmanaged[Cdecl]<int, nint, byte*, nuint, nint> _newPublicKey;
    private readonly delegate* unmanaged[Cdecl]<int, nint, byte*, nuint, nint> _newPrivateKey;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, nuint*, int> _getPublicKey;
    private readonly delegate* unmanaged[Cdecl]<nint, void> _freeKey;
    private readonly delegate* unmanaged[Cdecl]<nint> _newContext;
    private readonly delegate* unmanaged[Cdecl]<nint, void> _freeContext;
    private readonly delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint, int> _verifyInit;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, nuint, byte*, nuint, int> _verify;
    private readonly delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint, int> _signInit;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, nuint*, byte*, nuint, int> _sign;
    private readonly delegate* unmanaged[Cdecl]<void> _clearErrors;

    /// <summary>Binds to a loaded library.</summary>
    /// <exception cref="EntryPointNotFoundException">It lacks a function: it is older than 1.1.1.</exception>
    public OpenSslBackend(nint library)
        : base(Version(library))
    {
        _newPublicKey = (delegate* unmanaged[Cdecl]<int, nint, byte*, nuint, nint>)NativeLibrary.GetExport(library, "EVP_PKEY_new_raw_public_key");
        _newPrivateKey = (delegate* unmanaged[Cdecl]<int, nint, byte*, nuint, nint>)NativeLibrary.GetExport(library, "EVP_PKEY_new_raw_private_key");
        _getPublicKey = (delegate* unmanaged[Cdecl]<nint, byte*, nuint*, int>)NativeLibrary.GetExport(library, "EVP_PKEY_get_raw_public_key");
        _freeKey = (delegate* unmanaged[Cdecl]<nint, void>)NativeLibrary.GetExport(library, "EVP_PKEY_free");
        _newContext = (delegate* unmanaged[Cdecl]<nint>)NativeLibrary.GetExport(library, "EVP_MD_CTX_new");
        _freeContext = (delegate* unmanaged[Cdecl]<nint, void>)NativeLibrary.GetExport(library, "EVP_MD_CTX_free");
        _verifyInit = (delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint, int>)NativeLibrary.GetExport(library, "EVP_DigestVerifyInit");
        _verify = (delegate* unmanaged[Cdecl]<nint, byte*, nuint, byte*, nuint, int>)NativeLibrary.GetExport(library, "EVP_DigestVerify");
        _signInit = (delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint, int>)NativeLibrary.GetExport(library, "EVP_DigestSignInit");
        _sign = (delegate* unmanaged[Cdecl]<nint, byte*, nuint*, byte*, nuint, int>)NativeLibrary.GetExport(library, "EVP_DigestSign");
        _clearErrors = (delegate* unmanaged[Cdecl]<void>)NativeLibrary.GetExport(library, "ERR_clear_error");
    }

    /// <inheritdoc/>
    public override bool Satisfies(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        nint handle = 0;
        nint context = 0;
        var result = 0;
        fixed (byte* k = key, m = message, s = signature)
        {
            // Any result but 1 is "no", also those that mean a failure of the library: what a peer sends must not stop a replica.
            handle = _newPublicKey(KeyType, 0, k, (nuint)key.Length);
            context = handle == 0 ? 0 : _newContext();
            if (context != 0 && _verifyInit(context, 0, 0, 0, handle) == Success)
                result = _verify(context, s, (nuint)signature.Length, m, (nuint)message.Length);
        }

        if (context != 0) _freeContext(context);
        if (handle != 0) _freeKey(handle);

        // The error queue belongs to the thread, and .NET's TLS reads the same one.
        if (result != Success) _clearErrors();
        return result == Success;
    }

    /// <inheritdoc/>
    public override SafeHandle Import(ReadOnlySpan<byte> seed, Span<byte> publicKey)
    {
        nint secret;
        fixed (byte* s = seed) secret = _newPrivateKey(KeyType, 0, s, (nuint)seed.Length);
        if (secret == 0) throw Failure("OpenSSL did not make a key.");
        var handle = new Ed25519KeyHandle(secret, _freeKey);
        var length = (nuint)publicKey.Length;
        int result;
        fixed (byte* p = publicKey) result = _getPublicKey(secret, p, &length);
        if (result == Success && length == (nuint)publicKey.Length) return handle;
        handle.Dispose();
        throw Failure("OpenSSL did not give the public key.");
    }

    /// <inheritdoc/>
    public override void Sign(SafeHandle key, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        var held = false;
        nint context = 0;
        var result = 0;
        var length = (nuint)signature.Length;
        try
        {
            key.DangerousAddRef(ref held);
            context = _newContext();
            if (context != 0 && _signInit(context, 0, 0, 0, key.DangerousGetHandle()) == Success)
            {
                fixed (byte* m = message, s = signature) result = _sign(context, s, &length, m, (nuint)message.Length);
            }
        }
        finally
        {
            if (context != 0) _freeContext(context);
            if (held) key.DangerousRelease();
        }

        if (result != Success || length != (nuint)signature.Length) throw Failure("OpenSSL did not sign.");
    }

    private CryptographicException Failure(string what)
    {
        _clearErrors();
        return new CryptographicException(what);
    }

    // "OpenSSL 3.0.19 27 Jan 2026": the name and the version are enough.
    private static string Version(nint library)
    {
        var text = Marshal.PtrToStringUTF8(((delegate* unmanaged[Cdecl]<int, nint>)NativeLibrary.GetExport(library, "OpenSSL_version"))(0));
        return string.Join(' ', (text ?? "OpenSSL").Split(' ').Take(2));
    }
}
