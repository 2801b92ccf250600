namespace KvStore.Protocol;

/// <summary>Bounds and time-outs of the ordering. All replicas of a group use the same: they are part of the genesis.</summary>
public sealed record ConsensusConfig
{
    /// <summary>The largest checkpoint interval, in batches.</summary>
    public const int CheckpointIntervalMax = 1024;

    /// <summary>K: batches between checkpoints.</summary>
    public int CheckpointInterval { get; init; } = 128;

    /// <summary>2K: how far above the stable checkpoint positions may be used. protocol.md section 8.</summary>
    public int Window => 2 * CheckpointInterval;

    /// <summary>Batches proposed and not yet executed, at most. A shallow pipeline makes larger batches, and a batch is what costs signatures.</summary>
    public int PipelineDepth { get; init; } = 4;

    /// <summary>Requests in a batch, at most.</summary>
    public int BatchRequestsMax { get; init; } = 1024;

    /// <summary>The requests' weight in a batch, in bytes, at most; one request alone may be heavier.</summary>
    public int BatchBytesMax { get; init; } = 2 * 1024 * 1024;

    /// <summary>Requests that a replica holds and has not seen executed, at most.</summary>
    public int PendingRequestsMax { get; init; } = 16_384;

    /// <summary>Their weight in bytes, at most.</summary>
    public long PendingBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>One tick of the host's clock in milliseconds. All time-outs are counted in ticks.</summary>
    public int TickMilliseconds { get; init; } = 10;

    /// <summary>How long requests may wait without any being executed before the primary is suspected.</summary>
    public ulong RequestTimeoutTicks { get; init; } = 40;

    /// <summary>How often a consecutive view change may double the time-out.</summary>
    public int TimeoutDoublingsMax { get; init; } = 8;

    /// <summary>A request that waits this many time-outs while later ones are executed is taken as starved by the primary.</summary>
    public ulong StarvationFactor { get; init; } = 10;

    /// <summary>How often a replica says where it stands, so that others send it what it lacks.</summary>
    public ulong StatusIntervalTicks { get; init; } = 10;

    /// <summary>How long a group is idle before it checkpoints what is unstable.</summary>
    public ulong IdleCheckpointTicks { get; init; } = 200;

    /// <summary>How far a proposal's time may be from a backup's clock, either way, in milliseconds.</summary>
    public ulong ClockSkewMaxMilliseconds { get; init; } = 5000;

    /// <summary>Executed batches below the stable checkpoint that are kept for replicas that lag, at most.</summary>
    public int RetainedBatchesMax { get; init; } = 4096;

    /// <summary>Their requests' weight in bytes, at most.</summary>
    public long RetainedBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>Positions that a lagging replica is sent in answer to one status, at most.</summary>
    public int CatchUpSlotsMax { get; init; } = 64;

    /// <summary>The largest chunk of a snapshot's records, in bytes; one record alone may be larger.</summary>
    public int SnapshotChunkBytes { get; init; } = 256 * 1024;

    /// <summary>Chunks that are asked for at the same time.</summary>
    public int SnapshotChunksInFlight { get; init; } = 8;
}
