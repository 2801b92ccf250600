using KvStore.Protocol;
using KvStore.Replication.Setup;

namespace KvStore.Cli.Keys;

/// <summary>Opens keys, and warns where others can read them too.</summary>
internal static class ClientKey
{
    /// <summary>The key of a client.</summary>
    /// <exception cref="SetupException">The file can't be read, or holds none of a client.</exception>
    public static Ed25519PrivateKey Open(string path, TextWriter warnings) => Warned(KeyFile.Open(path, KeyRole.Client), path, warnings).Key;

    /// <summary>A key, whatever it is for.</summary>
    /// <exception cref="SetupException">The file can't be read, or holds no key.</exception>
    public static OpenedKey OpenAny(string path, TextWriter warnings) => Warned(KeyFile.Open(path), path, warnings);

    private static OpenedKey Warned(OpenedKey opened, string path, TextWriter warnings)
    {
        if (opened.IsOpenToOthers) warnings.WriteLine($"kv: Others than its owner can read the key in '{path}'.\n    Run 'chmod 600 {path}'.");
        return opened;
    }
}
