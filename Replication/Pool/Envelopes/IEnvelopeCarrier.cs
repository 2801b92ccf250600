using KvStore.Protocol;

namespace KvStore.Replication.Pool.Envelopes;

/// <summary>Carries opaque envelopes to other nodes. A port: one-way calls of grains, and in tests whatever they need.</summary>
public interface IEnvelopeCarrier
{
    /// <summary>Sends an envelope. It may lose, repeat and reorder them; it never blocks and never throws. The bytes do not change afterwards.</summary>
    void Send(ReplicaId to, ReadOnlyMemory<byte> envelope);

    /// <summary>Where a node is, for operators.</summary>
    string AddressOf(ReplicaId node);
}
