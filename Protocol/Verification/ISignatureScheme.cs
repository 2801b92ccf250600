namespace KvStore.Protocol;

/// <summary>
/// How signatures are checked. A port: production uses Ed25519, the simulator a keyed hash, which nobody in the simulation forges.
/// </summary>
public interface ISignatureScheme
{
    /// <summary>Whether <paramref name="signature"/> is the key's over the message. False for anything malformed; never throws.</summary>
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
