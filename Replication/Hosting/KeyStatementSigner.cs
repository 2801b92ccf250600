using KvStore.Protocol;

namespace KvStore.Replication.Hosting;

/// <summary>Signs with a private key in memory.</summary>
public sealed class KeyStatementSigner(ReplicaId signer, Ed25519PrivateKey key) : IStatementSigner
{
    /// <inheritdoc/>
    public ReplicaId Signer => signer;

    /// <inheritdoc/>
    public Signature Sign(ReadOnlySpan<byte> bytes) => key.Sign(bytes);
}
