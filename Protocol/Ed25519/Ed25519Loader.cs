using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace KvStore.Protocol;

/// <summary>Finds a native library that does Ed25519 as all replicas must.</summary>
internal static class Ed25519Loader
{
    // 23 is the so-version of libsodium 1.0.18, and 26 that of 1.0.19 and later.
    private static readonly string[] SodiumNames = ["libsodium.so.26", "libsodium.so.23", "libsodium.so", "libsodium.dylib", "libsodium.dll"];

    // Without a bare libcrypto.dylib: macOS ends processes that load that one.
    private static readonly string[] OpenSslNames = ["libcrypto.so.3", "libcrypto.so", "libcrypto.3.dylib", "libcrypto-3-x64.dll", "libcrypto-3.dll"];

    /// <summary>The fastest good library.</summary>
    /// <exception cref="DllNotFoundException">There is none. The message says what to install, and what was found but is no good.</exception>
    public static Ed25519Backend Load()
    {
        var refused = new List<string>();
        return TryLoadSodium(refused) ?? TryLoadOpenSsl(refused) ?? throw new DllNotFoundException(
            "Ed25519 needs libsodium (Debian: apt-get install libsodium23) or OpenSSL 3 (Debian: apt-get install libssl3)."
            + string.Concat(refused.Select(refusal => " " + refusal)));
    }

    /// <summary>A good libsodium, or null; what was found but is no good is added to <paramref name="refused"/>.</summary>
    public static Ed25519Backend? TryLoadSodium(List<string> refused) => TryLoad(SodiumNames, library => new SodiumBackend(library), refused);

    /// <summary>A good OpenSSL, or null; what was found but is no good is added to <paramref name="refused"/>.</summary>
    public static Ed25519Backend? TryLoadOpenSsl(List<string> refused) => TryLoad(OpenSslNames, library => new OpenSslBackend(library), refused);

    private static Ed25519Backend? TryLoad(string[] names, Func<nint, Ed25519Backend> bind, List<string> refused)
    {
        foreach (var name in names)
        {
            // A library stays loaded also if it is refused: unloading what may have made threads or exit handlers is a risk for nothing.
            if (!NativeLibrary.TryLoad(name, typeof(Ed25519Loader).Assembly, searchPath: null, out var library)) continue;
            try
            {
                var backend = bind(library);
                var fault = Ed25519SelfTest.Fault(backend);
                if (fault is null) return backend;
                refused.Add($"{backend.Name} ({name}) {fault}.");
            }
            catch (Exception failure) when (failure is EntryPointNotFoundException or CryptographicException)
            {
                refused.Add($"{name}: {failure.Message}");
            }
        }

        return null;
    }
}
