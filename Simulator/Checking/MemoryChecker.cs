// protocol.md section 1: bounded memory. The bounds follow from the configuration alone.
using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>Holds the sizes of a replica, its gateway and its log to what the configuration allows.</summary>
internal sealed class MemoryChecker(World world, Shard shard)
{
    private const int EarlyPerSenderMax = 128;
    private const int RequestBytesMax = 4096;
    private const int SignatureBytes = 66;
    private const int RecordBytes = 256;
    private const int LogAllocationBytes = 8192;
    private const int SnapshotsMax = 4;
    private const int SegmentsMax = 40;

    private readonly ConsensusConfig _config = world.Settings.Consensus;

    public void Check(Machine machine, ReplicaProcess process)
    {
        var sizes = process.Driver.Replica.Sizes;
        // Above the stable checkpoint a window of slots, above what is executed in it another one of committed batches, and what is retained.
        var slotsMax = 2 * _config.Window + _config.RetainedBatchesMax;
        Hold(machine, "slots", sizes.Slots, slotsMax);
        // A body that a slot lacks is taken though the pool is full.
        var pendingMax = _config.PendingRequestsMax + _config.Window * _config.BatchRequestsMax;
        Hold(machine, "pending requests", sizes.PendingRequests, pendingMax);
        Hold(machine, "bodies", sizes.Bodies, pendingMax + (long)slotsMax * _config.BatchRequestsMax);
        Hold(machine, "early messages", sizes.EarlyMessages, EarlyPerSenderMax * shard.Group.Replicas);
        Hold(machine, "checkpoint positions", sizes.CheckpointPositions, _config.Window);
        Hold(machine, "bytes of executed batches", sizes.ExecutedBytes, _config.RetainedBytesMax + 2L * _config.Window * _config.BatchRequestsMax * RequestBytesMax);
        Hold(machine, "requests at the gateway", process.Gateway.WaitingCount, world.Clients.Sum(client => client.UnderWay + client.Abandoned));
        HoldLog(machine);
    }

    // The older segments stay until the snapshot that replaces them is durable. The ledger grows for ever, as it should.
    private void HoldLog(Machine machine)
    {
        var segments = machine.Disk.Files.Where(file => file.StartsWith("wal-", StringComparison.Ordinal)).ToList();
        Hold(machine, "bytes of the log", segments.Sum(machine.Disk.LengthOf), segments.Count * (LogAllocationBytes + LogBytesMax()));
        Hold(machine, "segments of the log", segments.Count, SegmentsMax);
        Hold(machine, "snapshots", machine.Disk.Files.Count(file => file.StartsWith("snap-", StringComparison.Ordinal)), SnapshotsMax);
    }

    // A proposal with its bodies, its certificates, for each slot; and for each view that was tried since the last checkpoint a ViewChange and a NewView.
    private long LogBytesMax()
    {
        var certificate = (long)shard.Group.Replicas * SignatureBytes + RecordBytes;
        var viewChange = (_config.Window + 1) * certificate;
        var perView = (shard.Group.Replicas + 1) * viewChange + _config.Window * (long)RecordBytes;
        var perSlot = 3 * certificate + 3 * (RecordBytes + Math.Min(_config.BatchRequestsMax, world.Clients.Count * world.Settings.UnderWayMax * 2 + world.Settings.HostileClients * world.Settings.FloodMax + 8) * (long)RequestBytesMax);
        return 4 * RecordBytes + 3L * _config.Window * perSlot + ((long)shard.HighestView + 2) * (perView + (_config.Window * perSlot));
    }

    private void Hold(Machine machine, string what, long size, long max)
    {
        if (size > max) shard.Violations.Add("Bounded memory", $"{machine} holds {size} {what}; at most {max} are allowed (stable s{machine.Process?.Driver.Replica.StableCheckpoint?.Vote.Sequence.Number ?? 0}, executed {machine.Process?.Driver.Replica.Executed})");
    }
}
