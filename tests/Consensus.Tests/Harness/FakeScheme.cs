// May break: secrecy, because whoever knows a public key signs with it, so that tests speak for Byzantine replicas.
// May not break: a signature is good for its key and message only.
using System.Security.Cryptography;
using System.Text;
using KvStore.Protocol;

namespace KvStore.Consensus.Tests.Harness;

/// <summary>Signatures that are a hash of key and message: fast, deterministic, and checked like real ones.</summary>
internal sealed class FakeScheme : ISignatureScheme
{
    public static PublicKey KeyOf(string name) => PublicKey.Read(SHA256.HashData(Encoding.ASCII.GetBytes(name)));

    public static PublicKey KeyOf(ReplicaId replica) => KeyOf($"replica {replica.Index}");

    public static Signature Sign(PublicKey key, ReadOnlySpan<byte> message)
    {
        var hash = SHA256.HashData([.. key.ToArray(), .. message]);
        return Signature.Read([.. hash, .. hash]);
    }

    public bool Verify(PublicKey key, ReadOnlySpan<byte> message, in Signature signature) => Sign(key, message) == signature;
}
