using KvStore.Replication.Hosting;
using KvStore.Storage;

namespace KvStore.Replication;

/// <summary>Where a replica stands, for operators.</summary>
/// <param name="Replica">Its id.</param>
/// <param name="Running">Whether it runs.</param>
/// <param name="View">The view that it is in, or moves to.</param>
/// <param name="Active">Whether that view is open to it.</param>
/// <param name="Primary">The view's primary.</param>
/// <param name="Executed">The last executed position.</param>
/// <param name="StableCheckpoint">The position of its stable checkpoint.</param>
/// <param name="StateRoot">The state root of its stable checkpoint, hexadecimal; null at the genesis.</param>
/// <param name="Rejoining">Whether it lost its disk and does not vote in full yet.</param>
/// <param name="FetchingState">Whether it is fetching a checkpoint's state.</param>
/// <param name="PendingRequests">Requests that wait for execution; null where only the replica's own node knows.</param>
/// <param name="Keys">How many keys its state holds; null likewise.</param>
/// <param name="Rejections">What it dropped, by kind and sender.</param>
public sealed record ReplicaStatus(
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
    IReadOnlyDictionary<string, long> Rejections)
{
    /// <summary>What <see cref="Dropped"/> is where nothing was.</summary>
    public static IReadOnlyDictionary<string, long> NothingDropped { get; } = new SortedDictionary<string, long>(StringComparer.Ordinal);

    /// <summary>Whether there is no room on its disk: it takes no part until there is, and serves what it has.</summary>
    public bool DiskFull { get; init; }

    /// <summary>What came faster than it was taken, and was lost, by names like <c>votes from r2</c>; empty where only the replica's own node knows.</summary>
    public IReadOnlyDictionary<string, long> Dropped { get; init; } = NothingDropped;

    /// <summary>What it suspects others of; empty where only the replica's own node knows.</summary>
    public IReadOnlyList<Suspicion> Suspicions { get; init; } = [];

    /// <summary>What it does wrong by design, in a development cluster; empty where only the replica's own node knows, and for a correct one.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    /// <summary>The first executed position whose batch it holds in memory: peers that lack only what comes from there on get it without fetching the state. Null when it was not heard of.</summary>
    public ulong? RetainedFrom { get; init; }

    /// <summary>What it has on its disk; null when it has none, or only its own node knows.</summary>
    public DiskUsage? Disk { get; init; }
}

/// <summary>A replica's part of a disk.</summary>
/// <param name="Files">Its files.</param>
/// <param name="FreeBytes">The room that is left where they are.</param>
/// <param name="LedgerLast">The last position in its ledger, durable or not; 0 when there is none.</param>
public sealed record DiskUsage(ReplicaFiles Files, long FreeBytes, ulong LedgerLast)
{
    /// <summary>The first position in its ledger; null when there is none.</summary>
    public ulong? LedgerFirst => LedgerLast >= Files.LedgerFirst ? Files.LedgerFirst : null;
}
