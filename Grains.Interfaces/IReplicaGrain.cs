using Orleans.Concurrency;

namespace KvStore.Grains.Interfaces;

/// <summary>
/// The way to the node that is replica i of every shard; i is the grain's key. One-way: nobody waits for a peer, so that no two can wait for each other, and what is
/// lost the protocol asks for again.
/// </summary>
[Alias("kv.replica.v1")]
public interface IReplicaGrain : IGrainWithIntegerKey
{
    /// <summary>Hands over an envelope of another node. It may come late, twice or never.</summary>
    [OneWay, AlwaysInterleave, Alias("deliver")]
    ValueTask Deliver(Envelope envelope);

    /// <summary>Hands over a client's request, which the node checks and passes on to the replicas. It may come never; its nonce makes a second one harmless.</summary>
    [OneWay, AlwaysInterleave, Alias("accept")]
    ValueTask Accept(SignedRequest request);
}
