using KvStore.Protocol;

namespace KvStore.Replication.Setup;

/// <summary>Keys and signatures as files have them: base64url in its one form.</summary>
internal static class SetupText
{
    private const string Damaged = "It is damaged, or was edited: get it from its maker again.";

    /// <summary>The public key that a text stands for.</summary>
    /// <exception cref="SetupException">It stands for none.</exception>
    public static PublicKey KeyOf(string text, string source)
    {
        Span<byte> bytes = stackalloc byte[PublicKey.Length];
        return StrictBase64Url.TryDecode(text, bytes)
            ? PublicKey.Read(bytes)
            : throw new SetupException($"{source}: '{text}' is not a public key, which is the base64url of {PublicKey.Length} bytes.", Damaged);
    }

    /// <summary>The cluster that an id stands for.</summary>
    /// <exception cref="SetupException">It stands for none.</exception>
    public static ClusterId ClusterOf(string text, string source)
    {
        Span<byte> bytes = stackalloc byte[Digest.Length];
        return StrictBase64Url.TryDecode(text, bytes)
            ? new ClusterId(Digest.Read(bytes))
            : throw new SetupException($"{source}: '{text}' is not a cluster's id, which is the base64url of {Digest.Length} bytes.", Damaged);
    }

    /// <summary>The digest that a text stands for.</summary>
    /// <exception cref="SetupException">It stands for none.</exception>
    public static Digest DigestOf(string text, string source) => Digest.TryParse(text, out var digest) && digest.ToString() == text
        ? digest
        : throw new SetupException($"{source}: '{text}' is not a root, which is the {Digest.Length} bytes of a digest in hexadecimal digits.", Damaged);

    /// <summary>The signature that a text stands for.</summary>
    /// <exception cref="SetupException">It stands for none.</exception>
    public static Signature SignatureOf(string text, string source)
    {
        Span<byte> bytes = stackalloc byte[Signature.Length];
        return StrictBase64Url.TryDecode(text, bytes)
            ? Signature.Read(bytes)
            : throw new SetupException($"{source}: '{text}' is not a signature, which is the base64url of {Signature.Length} bytes.", Damaged);
    }
}
