// FIPS 180-4. docs/adr/010: why not always through the framework.
using System.Security.Cryptography;

namespace KvStore.Protocol;

/// <summary>
/// SHA-256. A replica hashes a few dozen short inputs for every request, and the framework takes 0.6 us to set up each of them; libcrypto's own
/// block functions, which the framework calls in the end, take 0.1 us. Where they are not to be had, the framework's are used. Thread-safe.
/// </summary>
public static class Sha256
{
    /// <summary>The length of a digest, in bytes.</summary>
    public const int Length = SHA256.HashSizeInBytes;

    // Above this the set-up is small against the work, and a call that holds up the garbage collector must be short.
    private const int DirectBytesMax = 4096;

    private static readonly LibcryptoSha256? _direct = LibcryptoSha256.TryLoad();

    /// <summary>What hashes short inputs, for people.</summary>
    public static string BackendName => _direct is null ? "framework" : "libcrypto";

    /// <summary>Hashes <paramref name="data"/> into <paramref name="destination"/>, which takes <see cref="Length"/> bytes.</summary>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> destination)
    {
        if (_direct is not null && data.Length <= DirectBytesMax) _direct.Hash(data, destination);
        else SHA256.HashData(data, destination);
    }

    /// <summary>Hashes a one-byte prefix and then <paramref name="data"/>, without copying the two together.</summary>
    internal static void Hash(byte prefix, ReadOnlySpan<byte> data, Span<byte> destination)
    {
        if (_direct is not null && data.Length <= DirectBytesMax)
        {
            _direct.Hash(prefix, data, destination);
            return;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([prefix]);
        hash.AppendData(data);
        hash.GetHashAndReset(destination);
    }
}
