namespace KvStore.Protocol;

/// <summary>
/// Checks signatures. A port: replicas use <see cref="Ed25519"/>, and the simulator a fast substitute that nobody could use outside of it.
/// All replicas of a cluster must use schemes that agree on every input, because a batch that one accepts and another refuses splits them.
/// </summary>
public interface ISignatureScheme
{
    /// <summary>Whether the holder of <paramref name="key"/> signed <paramref name="message"/>.
    /// Depends on the arguments alone, takes any bytes and never throws on them. May be called from several threads.</summary>
    /// <param name="key">The signer's public key; not necessarily a good one.</param>
    /// <param name="message">The bytes that were signed, with their domain tag.</param>
    /// <param name="signature">The signature; not necessarily a well-formed one.</param>
    bool Verify(PublicKey key, ReadOnlySpan<byte> message, in Signature signature);
}

/// <summary>Signs as one replica. A port: keys live in the host.</summary>
public interface IStatementSigner
{
    /// <summary>Whose signature it is.</summary>
    ReplicaId Signer { get; }

    /// <summary>Signs the bytes.</summary>
    Signature Sign(ReadOnlySpan<byte> bytes);
}
