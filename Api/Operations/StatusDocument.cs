namespace KvStore.Api.Operations;

/// <summary>What <c>/v1/status</c> says.</summary>
/// <param name="Version">The version of the software.</param>
/// <param name="StartedAt">When the process started, UTC.</param>
/// <param name="Cluster">The cluster's id, as <c>Kv-Cluster</c> carries it.</param>
/// <param name="Storage"><c>memory</c>: nothing survives the process; <c>disk-unflushed</c>: what was acknowledged does, unless the machine fails; <c>disk</c>: it survives that too.</param>
/// <param name="Signatures">The library that checks signatures.</param>
/// <param name="Shards">The shards.</param>
/// <param name="Refused">How many requests were answered with a problem, by its code.</param>
/// <param name="Node">Whose word this is: the number of the node's replica in every group; absent where all replicas live in one process.</param>
/// <param name="Peers">How it stands between this node and the others; absent likewise.</param>
public sealed record StatusDocument(
    string Version,
    DateTimeOffset StartedAt,
    string Cluster,
    string Storage,
    string Signatures,
    IReadOnlyList<ShardStatus> Shards,
    IReadOnlyDictionary<string, long> Refused,
    int? Node,
    IReadOnlyList<PeerDocument>? Peers)
{
    /// <summary>The silos that host the nodes, as this node's silo hears of them; absent where nodes are processes by themselves.</summary>
    public IReadOnlyList<SiloDocument>? Silos { get; init; }
}

/// <summary>The silo that hosts a node.</summary>
/// <param name="Node">The node.</param>
/// <param name="Name">The silo's name.</param>
/// <param name="Address">Where other silos reach it, or did; absent when nobody has heard of it.</param>
/// <param name="Active">Whether the other silos take it for running: some seconds pass before they know better.</param>
public sealed record SiloDocument(int Node, string Name, string? Address, bool Active);

/// <summary>How it stands between a node and another.</summary>
/// <param name="Node">The other node.</param>
/// <param name="Address">Where it is dialled.</param>
/// <param name="Connected">Whether messages go both ways.</param>
/// <param name="LastSeen">When something last came from it, UTC; absent when nothing ever did.</param>
/// <param name="Dropped">Messages that were lost on the way to it or from it.</param>
/// <param name="Rejected">Messages of it that were refused.</param>
public sealed record PeerDocument(int Node, string Address, bool Connected, DateTimeOffset? LastSeen, long Dropped, long Rejected);

/// <summary>One shard.</summary>
/// <param name="Shard">Its number.</param>
/// <param name="HasQuorum">Whether enough replicas take part for it to order and read.</param>
/// <param name="Replicas">Its replicas.</param>
public sealed record ShardStatus(uint Shard, bool HasQuorum, IReadOnlyList<ReplicaDocument> Replicas);

/// <summary>One replica.</summary>
/// <param name="Replica">Its number.</param>
/// <param name="Running">Whether it was not stopped; of another node, whether it was heard of lately.</param>
/// <param name="View">Its view.</param>
/// <param name="Active">Whether it takes part in that view; it does not while it is changing views.</param>
/// <param name="Primary">Who leads the view.</param>
/// <param name="Executed">The last batch that it executed.</param>
/// <param name="StableCheckpoint">Its last stable checkpoint.</param>
/// <param name="StateRoot">The root of its state at that checkpoint, hexadecimal; null when it has none, or is a replica of another node.</param>
/// <param name="Rejoining">Whether it lost its disk and does not vote yet.</param>
/// <param name="FetchingState">Whether it is fetching the state from others.</param>
/// <param name="PendingRequests">Requests that it holds and has not seen executed; null for a replica of another node.</param>
/// <param name="Keys">How many keys its state holds; null for a replica of another node.</param>
/// <param name="Rejections">Messages that it refused, by reason.</param>
/// <param name="DiskFull">Whether there is no room on its disk, so that it takes no part.</param>
/// <param name="Dropped">What came faster than it was taken, and was lost: messages by lane and sender, and requests.</param>
/// <param name="DiskBytes">The bytes of its files; null when it has none, or is a replica of another node.</param>
/// <param name="DiskFreeBytes">The room that is left where they are; null likewise.</param>
/// <param name="Suspicions">What it has seen of others that a correct replica hardly does; empty for a replica of another node.</param>
/// <param name="DiskLogBytes">The bytes of its log, with the room that was made in advance; null when it has no files, or is a replica of another node.</param>
/// <param name="DiskLedgerBytes">The bytes of its ledger; null likewise.</param>
/// <param name="SnapshotPosition">The position of its newest snapshot on the disk; null when it has none, or likewise.</param>
/// <param name="LedgerFirst">The first position in its ledger, which may have gaps; null when it is empty, or likewise.</param>
/// <param name="LedgerLast">The last position in its ledger; null when it is empty, or likewise.</param>
/// <param name="RetainedFrom">The first executed position whose batch it holds in memory: who lacks only what comes from there on gets it without fetching the state; null when it was not heard of.</param>
/// <param name="Faults">How it lies to the others by design, in a development cluster; absent for one that does not, and for a replica of another node.</param>
public sealed record ReplicaDocument(
    int Replica,
    bool Running,
    ulong View,
    bool Active,
    int Primary,
    ulong Executed,
    ulong StableCheckpoint,
    string? StateRoot,
    bool Rejoining,
    bool FetchingState,
    int? PendingRequests,
    int? Keys,
    IReadOnlyDictionary<string, long> Rejections,
    bool DiskFull,
    IReadOnlyDictionary<string, long> Dropped,
    long? DiskBytes,
    long? DiskFreeBytes,
    IReadOnlyList<SuspicionDocument> Suspicions,
    long? DiskLogBytes,
    long? DiskLedgerBytes,
    ulong? SnapshotPosition,
    ulong? LedgerFirst,
    ulong? LedgerLast,
    ulong? RetainedFrom,
    IReadOnlyList<string>? Faults);

/// <summary>What one replica has seen of another.</summary>
/// <param name="Replica">The other one.</param>
/// <param name="Code">What: from 100 on something invalid, from 200 on something late, from 300 on something missing. The operations guide has the list.</param>
/// <param name="Name">The same in words.</param>
/// <param name="Count">How often: at most once a second.</param>
/// <param name="LastSeen">When last, UTC.</param>
public sealed record SuspicionDocument(int Replica, int Code, string Name, long Count, DateTimeOffset LastSeen);
