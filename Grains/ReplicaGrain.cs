using KvStore.Grains.Hosting;
using KvStore.Grains.Interfaces;
using KvStore.Grains.Placement;
using Orleans.GrainDirectory;
using Orleans.Placement;

namespace KvStore.Grains;

/// <summary>A way to the node of this silo, with no state, timer or decision of its own. Never collected for being idle, and never moved.</summary>
[ReplicaPlacement, GrainDirectory(GrainDirectoryName = ReplicaDirectory.Name), KeepAlive, Immovable]
public sealed class ReplicaGrain(SiloReplicas replicas) : Grain, IReplicaGrain
{
    /// <inheritdoc/>
    public ValueTask Deliver(Envelope envelope)
    {
        replicas.Deliver(this.GetPrimaryKeyLong(), envelope.Bytes);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask Accept(SignedRequest request)
    {
        replicas.Accept(this.GetPrimaryKeyLong(), request.Shard, request.Bytes);
        return ValueTask.CompletedTask;
    }
}
