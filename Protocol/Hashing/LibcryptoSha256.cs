// https://docs.openssl.org/3.0/man3/SHA256_Init/
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace KvStore.Protocol;

/// <summary>The block functions of OpenSSL's libcrypto. Deprecated there since 3.0 in favour of slower ones, so their absence is expected one day.</summary>
internal sealed unsafe class LibcryptoSha256
{
    // Eight words of state, two of length, sixteen of data and two of bookkeeping: SHA256_CTX. With room to spare.
    private const int ContextBytes = 256;
    private const int TestedBytesMax = 300;

    private static readonly string[] _names = ["libcrypto.so.3", "libcrypto.3.dylib", "libcrypto-3-x64.dll"];

    // The collector waits for these calls; they are short.
    private readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, int> _init;
    private readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte*, nuint, int> _update;
    private readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte*, int> _final;

    private LibcryptoSha256(nint init, nint update, nint final)
    {
        _init = (delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, int>)init;
        _update = (delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte*, nuint, int>)update;
        _final = (delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte*, int>)final;
    }

    /// <summary>The functions of a library that is there and agrees with the framework; null when there is none.</summary>
    public static LibcryptoSha256? TryLoad()
    {
        foreach (var name in _names)
        {
            if (!NativeLibrary.TryLoad(name, typeof(LibcryptoSha256).Assembly, searchPath: null, out var library)) continue;
            if (!NativeLibrary.TryGetExport(library, "SHA256_Init", out var init)
                || !NativeLibrary.TryGetExport(library, "SHA256_Update", out var update)
                || !NativeLibrary.TryGetExport(library, "SHA256_Final", out var final))
            {
                continue;
            }

            var found = new LibcryptoSha256(init, update, final);
            if (found.AgreesWithTheFramework()) return found;
        }

        return null;
    }

    [SkipLocalsInit]
    public void Hash(ReadOnlySpan<byte> data, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, Sha256.Length);
        var context = stackalloc byte[ContextBytes];
        _init(context);
        fixed (byte* bytes = data) _update(context, bytes, (nuint)data.Length);
        fixed (byte* digest = destination) _final(digest, context);
    }

    [SkipLocalsInit]
    public void Hash(byte prefix, ReadOnlySpan<byte> data, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, Sha256.Length);
        var context = stackalloc byte[ContextBytes];
        _init(context);
        _update(context, &prefix, 1);
        fixed (byte* bytes = data) _update(context, bytes, (nuint)data.Length);
        fixed (byte* digest = destination) _final(digest, context);
    }

    // All lengths around the boundaries of blocks and padding, with and without a prefix.
    private bool AgreesWithTheFramework()
    {
        Span<byte> expected = stackalloc byte[Sha256.Length];
        Span<byte> actual = stackalloc byte[Sha256.Length];
        var data = new byte[TestedBytesMax];
        for (var i = 0; i < data.Length; i++) data[i] = (byte)((i * 7) & byte.MaxValue);
        for (var length = 0; length <= data.Length; length++)
        {
            SHA256.HashData(data.AsSpan(0, length), expected);
            Hash(data.AsSpan(0, length), actual);
            if (!actual.SequenceEqual(expected)) return false;
            if (length == 0) continue;
            Hash(data[0], data.AsSpan(1, length - 1), actual);
            if (!actual.SequenceEqual(expected)) return false;
        }

        return true;
    }
}
