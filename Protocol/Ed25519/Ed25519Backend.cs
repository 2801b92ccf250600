using System.Runtime.InteropServices;

namespace KvStore.Protocol;

/// <summary>
/// A native library's Ed25519, asked only about what <see cref="StrictEncoding"/> let through. What is left to it is the decision whether A is
/// on the curve, and whether R is, byte by byte, the encoding of S·B - h·A, with h = SHA-512(R ‖ A ‖ message) mod L.
/// <para>
/// The releases of libsodium (up to 1.0.22) and OpenSSL both decide exactly this: both descend from the ref10 code of SUPERCOP, reduce h modulo L,
/// compute with addition formulas that are complete (so a torsion component of A counts for what it is), encode the result canonically and compare
/// its bytes with R. They differ before that. libsodium refuses non-canonical A, and A and R of small order; OpenSSL takes them, even A with
/// y of p or more. The strict checks make this difference unobservable.
/// </para>
/// <para>
/// The development branch of libsodium decides something else since November 2022 (commit 42b4a295): whether S·B - h·A - R is of small order.
/// This is the cofactored equation of RFC 8032, which accepts signatures whose signer, on purpose, added a point of small order to A or R.
/// Replicas with either would then disagree on what a Byzantine client or replica signed. So a library is used only if it passes
/// <see cref="Ed25519SelfTest"/>, whatever its version says. This also covers builds with hardware's Ed25519 (s390x) or with ED25519_COMPAT.
/// </para>
/// </summary>
internal abstract class Ed25519Backend(string name)
{
    /// <summary>The library and its version.</summary>
    public string Name { get; } = name;

    /// <summary>Whether the equation holds. False also if the library fails, for example for lack of memory. Never throws.</summary>
    public abstract bool Satisfies(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);

    /// <summary>Makes the private key of a 32-byte seed, in memory of the library that is wiped when it is freed, and its public key.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The library failed.</exception>
    public abstract SafeHandle Import(ReadOnlySpan<byte> seed, Span<byte> publicKey);

    /// <summary>Signs as RFC 8032 section 5.1.6 says: deterministically, so all libraries give the same 64 bytes.</summary>
    /// <exception cref="ObjectDisposedException">The key has been freed.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The library failed.</exception>
    public abstract void Sign(SafeHandle key, ReadOnlySpan<byte> message, Span<byte> signature);
}

/// <summary>A private key in a library's memory. Freed only when nobody is signing with it any more.</summary>
internal sealed unsafe class Ed25519KeyHandle : SafeHandle
{
    private readonly delegate* unmanaged[Cdecl]<nint, void> _free;

    public Ed25519KeyHandle(nint key, delegate* unmanaged[Cdecl]<nint, void> free)
        : base(invalidHandleValue: 0, ownsHandle: true)
    {
        _free = free;
        SetHandle(key);
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        _free(handle);
        return true;
    }
}
