using KvStore.Grains.Hosting;
using KvStore.Grains.Interfaces;
using KvStore.Grains.Placement;
using KvStore.Protocol;
using Orleans.Concurrency;

namespace KvStore.Grains;

/// <summary>Reads the directory off this silo's genesis and the membership. Any silo answers, so that none is missed.</summary>
[StatelessWorker]
public sealed class ShardDirectoryGrain(SiloReplicas replicas, ReplicaSilos silos) : Grain, IShardDirectoryGrain
{
    /// <inheritdoc/>
    public ValueTask<ShardDirectory?> Read()
    {
        if (replicas.Any is not { Served: { Pool: { } pool } served }) return ValueTask.FromResult<ShardDirectory?>(null);
        var members = pool.Members.Select((member, replica) => new DirectoryMember(replica, member.Name, SignatureBase.KeyName(member.Key), member.Client, silos.Describe(replica)));
        return ValueTask.FromResult<ShardDirectory?>(new ShardDirectory(SignatureBase.ClusterName(served.Genesis.Cluster), served.Groups.Length, [.. members]));
    }
}
