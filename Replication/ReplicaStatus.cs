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
    /// <summary>Whether there is no room on its disk: it takes no part until there is, and serves what it has.</summary>
    public bool DiskFull { get; init; }
}
