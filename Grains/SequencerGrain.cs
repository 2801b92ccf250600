using KvStore.Grains.Hosting;
using KvStore.Grains.Interfaces;
using KvStore.Grains.Placement;
using Orleans.Concurrency;

namespace KvStore.Grains;

/// <summary>Says who leads as this silo's node hears, and forwards there. Any silo answers, so that none is missed.</summary>
[StatelessWorker]
public sealed class SequencerGrain(SiloReplicas replicas, ReplicaSilos silos, IGrainFactory grains) : Grain, ISequencerGrain
{
    /// <inheritdoc/>
    public ValueTask<Primary?> WhoLeads() => ValueTask.FromResult(Find());

    /// <inheritdoc/>
    public ValueTask Forward(ReadOnlyMemory<byte> request)
    {
        if (replicas.Any is not { } node) return ValueTask.CompletedTask;
        // While nobody leads, the own node's replica passes it on to the others as well as any.
        var leader = Find() is { Silo: not null } primary ? primary.Replica : node.Self.Index;
        return grains.GetGrain<IReplicaGrain>(leader).Accept(new SignedRequest((uint)this.GetPrimaryKeyLong(), request));
    }

    private Primary? Find()
    {
        var shard = this.GetPrimaryKeyLong();
        if (replicas.Any is not { } node || shard < 0 || shard >= node.Served.Groups.Length) return null;
        var status = node.Served.Groups[(int)shard].Statuses[node.Self.Index];
        return status is { Running: true, Active: true } ? new Primary((uint)shard, status.View, status.Primary, silos.Describe(status.Primary)) : null;
    }
}
