// A test double. It may break: unforgeability, since the "signature" is a digest with the signer's public key behind it, which anybody could write.
// It may not break: that a signature fits one key and one message only, and that all verifiers say the same.
using System.Security.Cryptography;
using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>Signatures that cost one hash. Nobody in the simulation forges one; Byzantine behaviour signs with its own key.</summary>
public sealed class KeyedHash : ISignatureScheme
{
    /// <summary>The key of a member or a client, by its name.</summary>
    public static PublicKey KeyOf(string name) => PublicKey.Read(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)));

    /// <summary>Signs as the holder of a key.</summary>
    public static Signature Sign(PublicKey key, ReadOnlySpan<byte> message)
    {
        Span<byte> bytes = stackalloc byte[Signature.Length];
        SHA256.HashData(message, bytes[..Digest.Length]);
        key.Write(bytes[Digest.Length..]);
        return Signature.Read(bytes);
    }

    /// <inheritdoc/>
    public bool Verify(PublicKey key, ReadOnlySpan<byte> message, in Signature signature) => Sign(key, message) == signature;
}

/// <summary>Signs as one replica.</summary>
public sealed class KeyedHashSigner(ReplicaId signer, PublicKey key) : IStatementSigner
{
    /// <inheritdoc/>
    public ReplicaId Signer => signer;

    /// <inheritdoc/>
    public Signature Sign(ReadOnlySpan<byte> bytes) => KeyedHash.Sign(key, bytes);
}

/// <summary>Remembers verified certificates for the whole group: messages are immutable, so what one replica has checked need not be checked again.</summary>
public sealed class SharedVerifications : IVerificationCache
{
    private readonly LookupTable<Digest, bool> _verified = new();

    /// <inheritdoc/>
    public bool Contains(Digest verified) => _verified.ContainsKey(verified);

    /// <inheritdoc/>
    public void Add(Digest verified) => _verified[verified] = true;
}
