using KvStore.Protocol;

namespace KvStore.Replication.Pool.Envelopes;

/// <summary>
/// A node's introduction of one of its runs to another node. That it is signed says which node; that it is no repeated one, only an envelope under the keys
/// that follow from it says.
/// </summary>
/// <param name="From">The node.</param>
/// <param name="To">The other.</param>
/// <param name="Asks">Whether it asks the other to introduce itself.</param>
/// <param name="Point">The public half of the run's key.</param>
internal sealed record Hello(ReplicaId From, ReplicaId To, bool Asks, RunPoint Point)
{
    /// <summary>The length of an envelope with one.</summary>
    public const int Length = EnvelopeEnds.Length + 1 + RunPoint.Length + Signature.Length;

    /// <summary>The envelope.</summary>
    public byte[] Encode(ClusterId cluster, Ed25519PrivateKey key)
    {
        var writer = new CanonicalWriter(Length);
        writer.Byte((byte)EnvelopeKind.Hello);
        WriteFields(writer);
        writer.Signature(key.Sign(SignedBytes(cluster)));
        return writer.ToArray();
    }

    /// <summary>Reads one whose signature is that of the key; null when it is not.</summary>
    public static Hello? TryOpen(ReadOnlyMemory<byte> envelope, ClusterId cluster, PublicKey key)
    {
        if (envelope.Length != Length) return null;
        var reader = new CanonicalReader(envelope[1..]);
        var hello = new Hello(reader.Replica(), reader.Replica(), reader.Bool(), new RunPoint(reader.Digest(), reader.Digest()));
        var signature = reader.Signature();
        return reader.Complete && Ed25519.Instance.Verify(key, hello.SignedBytes(cluster), signature) ? hello : null;
    }

    /// <summary>What the node signs.</summary>
    public byte[] SignedBytes(ClusterId cluster)
    {
        var writer = new CanonicalWriter();
        writer.Fixed("kvstore-v1 envelope hello\0"u8);
        writer.Digest(cluster.Genesis);
        WriteFields(writer);
        return writer.ToArray();
    }

    private void WriteFields(CanonicalWriter writer)
    {
        writer.Replica(From);
        writer.Replica(To);
        writer.Bool(Asks);
        writer.Digest(Point.X);
        writer.Digest(Point.Y);
    }
}
