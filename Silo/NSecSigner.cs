using KvStore.Protocol;
using KvStore.Replication.Setup;
using NSec.Cryptography;
using Signature = KvStore.Protocol.Signature;

namespace KvStore.Silo;

/// <summary>
/// Signs with NSec in place of the library that verifies. Ed25519 is deterministic (RFC 8032 section 5.1.6), so that both give the same bytes. The key stays in
/// NSec's guarded memory.
/// </summary>
public sealed class NSecSigner : IStatementSigner, IDisposable
{
    private readonly Key _key;

    private NSecSigner(ReplicaId signer, Key key) => (Signer, _key) = (signer, key);

    /// <inheritdoc/>
    public ReplicaId Signer { get; }

    /// <summary>The signer with a key from its file.</summary>
    /// <exception cref="SetupException">The file can't be read, or holds no key.</exception>
    public static NSecSigner Open(ReplicaId signer, string path) =>
        new(signer, KeyFile.Import(path, static seed => Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey)));

    /// <inheritdoc/>
    public Signature Sign(ReadOnlySpan<byte> bytes)
    {
        Span<byte> signature = stackalloc byte[Signature.Length];
        SignatureAlgorithm.Ed25519.Sign(_key, bytes, signature);
        return Signature.Read(signature);
    }

    /// <summary>Wipes the key.</summary>
    public void Dispose() => _key.Dispose();
}
