namespace KvStore.Protocol;

/// <summary>
/// Remembers, within a bound, what has been verified once in this process. A port, because it is shared by threads and those live in the host.
/// Forgetting costs time only.
/// </summary>
public interface IVerificationCache
{
    /// <summary>Whether this digest, of the complete signed content and its signatures, has been verified.</summary>
    bool Contains(Digest verified);

    /// <summary>Remembers it.</summary>
    void Add(Digest verified);
}
