using KvStore.Protocol;

namespace KvStore.Replication.Hosting;

/// <summary>
/// Checks each signature once in a process, for nodes that share it: which one of them asks makes no difference to the answer. What is not good is not remembered.
/// Thread-safe.
/// </summary>
/// <param name="scheme">Checks it.</param>
public sealed class RememberingScheme(ISignatureScheme scheme) : ISignatureScheme
{
    private readonly VerificationCache _good = new();

    /// <inheritdoc/>
    public bool Verify(PublicKey key, ReadOnlySpan<byte> message, in Signature signature)
    {
        Span<byte> content = stackalloc byte[PublicKey.Length + Signature.Length + Digest.Length];
        key.Write(content);
        signature.Write(content[PublicKey.Length..]);
        Digest.Of(message).Write(content[(PublicKey.Length + Signature.Length)..]);
        var name = Digest.Of(content);
        if (_good.Contains(name)) return true;
        if (!scheme.Verify(key, message, signature)) return false;
        _good.Add(name);
        return true;
    }
}
