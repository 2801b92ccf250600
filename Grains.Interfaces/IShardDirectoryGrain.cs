using System.Collections.Immutable;
using Orleans.Concurrency;

namespace KvStore.Grains.Interfaces;

/// <summary>A member of the cluster: replica i of every shard.</summary>
/// <param name="Replica">i.</param>
/// <param name="Name">Its name in the genesis.</param>
/// <param name="PublicKey">Its key, base64url. Compare it with the genesis that you have: a directory is no proof.</param>
/// <param name="Client">Where it serves clients.</param>
/// <param name="Silo">The silo that holds it; null when none does at present.</param>
[GenerateSerializer, Immutable, Alias("kv.member.v1")]
public sealed record DirectoryMember(
    [property: Id(0)] int Replica, [property: Id(1)] string Name, [property: Id(2)] string PublicKey, [property: Id(3)] string Client, [property: Id(4)] string? Silo);

/// <summary>The cluster as one node knows it.</summary>
/// <param name="Cluster">Its id, as <c>Kv-Cluster</c> carries it.</param>
/// <param name="Shards">How many shards there are; a shard's number is below it.</param>
/// <param name="Members">Its members, by replica.</param>
[GenerateSerializer, Immutable, Alias("kv.shards.v1")]
public sealed record ShardDirectory([property: Id(0)] string Cluster, [property: Id(1)] int Shards, [property: Id(2)] ImmutableArray<DirectoryMember> Members);

/// <summary>What shards there are, who their members are and where; the key is 0. For finding one's way, and for nothing that has to be true.</summary>
[Alias("kv.directory.v1")]
public interface IShardDirectoryGrain : IGrainWithIntegerKey
{
    /// <summary>The directory; null while the silo has no node.</summary>
    [AlwaysInterleave, Alias("read")]
    ValueTask<ShardDirectory?> Read();
}
