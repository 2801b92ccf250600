namespace KvStore.Consensus;

/// <summary>How much a replica holds of everything that could grow.</summary>
/// <param name="Slots">Positions.</param>
/// <param name="PendingRequests">Requests that wait for execution.</param>
/// <param name="Bodies">Bodies of requests, waiting or needed by slots.</param>
/// <param name="EarlyMessages">Messages of a view that is not open yet.</param>
/// <param name="CheckpointPositions">Positions with checkpoint votes.</param>
/// <param name="ExecutedBytes">Weight of the executed bodies that are kept for others, in bytes.</param>
public readonly record struct ReplicaSizes(
    int Slots, int PendingRequests, int Bodies, int EarlyMessages, int CheckpointPositions, long ExecutedBytes);
