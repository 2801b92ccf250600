using System.Collections.Immutable;
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Replication;

/// <summary>One shard's group at the beginning.</summary>
/// <param name="Id">The group.</param>
/// <param name="Config">Its size, fault model, carrier and leader policy.</param>
/// <param name="Members">Its members' public keys, by replica id.</param>
public sealed record GroupGenesis(GroupId Id, GroupConfig Config, ImmutableArray<PublicKey> Members);

/// <summary>How a cluster begins. Its digest is the cluster's id, so whoever knows the genesis can check everything that follows.</summary>
public sealed record Genesis
{
    private readonly Lazy<ClusterId> _cluster;

    /// <summary>A genesis; what is not given has its default.</summary>
    public Genesis() => _cluster = new Lazy<ClusterId>(() => new ClusterId(Digest.Of(Encode())));

    /// <summary>The cluster's name, for people.</summary>
    public required string Name { get; init; }

    /// <summary>The groups, one a shard, in the order of their ids.</summary>
    public required ImmutableArray<GroupGenesis> Groups { get; init; }

    /// <summary>Whose requests are executed.</summary>
    public ClientPolicy Clients { get; init; } = ClientPolicy.Any;

    /// <summary>What a shard's state may hold.</summary>
    public StateLimits Limits { get; init; } = new();

    /// <summary>Bounds and time-outs of the ordering.</summary>
    public ConsensusConfig Consensus { get; init; } = new();

    /// <summary>The states that the shards begin with; null when they begin empty.</summary>
    public GenesisOrigin? Origin { get; init; }

    /// <summary>The cluster's id: the SHA-256 of the canonical encoding.</summary>
    public ClusterId Cluster => _cluster.Value;

    /// <summary>The canonical encoding. docs/wire.md.</summary>
    public byte[] Encode()
    {
        var writer = new CanonicalWriter();
        writer.Fixed("kvstore-v1 genesis\0"u8);
        writer.Bytes(System.Text.Encoding.UTF8.GetBytes(Name));
        writer.Count(Groups.Length);
        foreach (var group in Groups) EncodeGroup(writer, group);
        Clients.Encode(writer);
        Limits.Encode(writer);
        EncodeConsensus(writer, Consensus);
        Origin?.Encode(writer);
        return writer.ToArray();
    }

    private static void EncodeGroup(CanonicalWriter writer, GroupGenesis group)
    {
        writer.UInt32(group.Id.Number);
        writer.Byte((byte)group.Config.FaultModel);
        writer.Byte((byte)group.Config.Carrier);
        writer.Byte((byte)group.Config.LeaderPolicy);
        if (group.Config.Monitor is { } monitor) EncodeMonitor(writer, monitor);
        writer.Count(group.Members.Length);
        foreach (var member in group.Members) writer.PublicKey(member);
    }

    private static void EncodeMonitor(CanonicalWriter writer, MonitorConfig monitor)
    {
        writer.UInt32((uint)monitor.DeltaPercent);
        writer.UInt32((uint)monitor.LambdaPercent);
        writer.UInt32((uint)monitor.OmegaPercent);
        writer.UInt64(monitor.SlackTicks);
        writer.UInt64(monitor.WindowTicks);
        writer.UInt32((uint)monitor.SamplesMin);
        writer.UInt32((uint)monitor.DegradedWindows);
        writer.UInt64(monitor.GraceTicks);
        writer.UInt32((uint)monitor.PatienceDoublingsMax);
    }

    private static void EncodeConsensus(CanonicalWriter writer, ConsensusConfig consensus)
    {
        writer.UInt32((uint)consensus.CheckpointInterval);
        writer.UInt32((uint)consensus.PipelineDepth);
        writer.UInt32((uint)consensus.BatchRequestsMax);
        writer.UInt32((uint)consensus.BatchBytesMax);
        writer.UInt32((uint)consensus.PendingRequestsMax);
        writer.UInt64((ulong)consensus.PendingBytesMax);
        writer.UInt32((uint)consensus.TickMilliseconds);
        writer.UInt64(consensus.RequestTimeoutTicks);
        writer.UInt32((uint)consensus.TimeoutDoublingsMax);
        writer.UInt64(consensus.StarvationFactor);
        writer.UInt64(consensus.StatusIntervalTicks);
        writer.UInt64(consensus.IdleCheckpointTicks);
        writer.UInt64(consensus.ClockSkewMaxMilliseconds);
        writer.UInt32((uint)consensus.RetainedBatchesMax);
        writer.UInt64((ulong)consensus.RetainedBytesMax);
        writer.UInt32((uint)consensus.CatchUpSlotsMax);
        writer.UInt32((uint)consensus.SnapshotChunkBytes);
        writer.UInt32((uint)consensus.SnapshotChunksInFlight);
    }
}
