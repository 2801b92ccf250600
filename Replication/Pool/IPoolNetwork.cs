using KvStore.Protocol;
using KvStore.Replication.Ports;

namespace KvStore.Replication.Pool;

/// <summary>How a node's shards reach those of the other nodes. A port: TLS between processes, and in tests whatever they need.</summary>
public interface IPoolNetwork : IAsyncDisposable
{
    /// <summary>How it stands between this node and each of its peers.</summary>
    IReadOnlyList<PeerStatus> Peers { get; }

    /// <summary>Connects a group. Nothing of it is delivered before.</summary>
    /// <param name="group">The group.</param>
    /// <param name="verifier">Checks what carries signatures before it is delivered.</param>
    /// <param name="sink">Where it is delivered.</param>
    /// <returns>How the group's replica sends.</returns>
    IPeerTransport Attach(GroupId group, MessageVerifier verifier, IPeerSink sink);

    /// <summary>A replica of this node rejected what no correct peer sends. Too much of it, and the peer is shut out for a time, as for what the network rejects itself.</summary>
    void OnRejected(RejectionKind kind, ReplicaId from);

    /// <summary>Disconnects a group: nothing of it is delivered any more.</summary>
    void Detach(GroupId group);
}
