namespace KvStore.Client;

/// <summary>What <c>/v1/cluster</c> says: what the genesis fixes.</summary>
/// <param name="Name">The cluster's name.</param>
/// <param name="Cluster">Its id, as <c>Kv-Cluster</c> carries it: base64url.</param>
/// <param name="Groups">The groups of replicas, one for each shard.</param>
public sealed record ClusterInfo(string Name, string Cluster, IReadOnlyList<GroupInfo> Groups)
{
    /// <summary>The whole answer, as JSON: it says more than the members here.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public ReadOnlyMemory<byte> Json { get; init; }
}

/// <summary>One group.</summary>
/// <param name="Shard">The shard that it orders.</param>
/// <param name="Replicas">n: how many replicas there are.</param>
/// <param name="Faults">f: how many may be faulty.</param>
/// <param name="Members">The replicas' public keys, base64url.</param>
public sealed record GroupInfo(uint Shard, int Replicas, int Faults, IReadOnlyList<string> Members);

/// <summary>What <c>/v1/status</c> says.</summary>
/// <param name="Version">The version of the gateway's software.</param>
/// <param name="Cluster">The cluster's id.</param>
/// <param name="Storage"><c>memory</c>: nothing survives the process.</param>
/// <param name="Shards">The shards.</param>
public sealed record ClusterStatus(string Version, string Cluster, string Storage, IReadOnlyList<ShardHealth> Shards)
{
    /// <summary>The whole answer, as JSON: it says more than the members here.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public ReadOnlyMemory<byte> Json { get; init; }
}

/// <summary>One shard.</summary>
/// <param name="Shard">Its number.</param>
/// <param name="HasQuorum">Whether enough replicas take part for it to order and read.</param>
/// <param name="Replicas">Its replicas.</param>
public sealed record ShardHealth(uint Shard, bool HasQuorum, IReadOnlyList<ReplicaHealth> Replicas);

/// <summary>One replica.</summary>
/// <param name="Replica">Its number.</param>
/// <param name="Running">Whether it runs.</param>
/// <param name="View">Its view.</param>
/// <param name="Primary">Who leads the view.</param>
/// <param name="Executed">The last batch that it executed.</param>
/// <param name="StableCheckpoint">Its last stable checkpoint.</param>
public sealed record ReplicaHealth(int Replica, bool Running, ulong View, int Primary, ulong Executed, ulong StableCheckpoint);
