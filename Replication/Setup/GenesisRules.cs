using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Replication.Setup;

/// <summary>What must hold of a genesis besides its form.</summary>
internal static class GenesisRules
{
    private const int NameLengthMax = 200;

    // Of a chunk of a snapshot, a message carries the proof too, and a record alone may be longer than the chunk was to be.
    private const int SnapshotChunkBytesMax = MessageCodec.BytesMax / 2;

    // Sums of a window's waits in hundredths of ticks, times a percentage, stay far below what a number holds.
    private const long MonitorNumberMax = 100_000;
    private const long PercentMax = 100;
    private const long PatienceDoublingsMax = 12;

    // docs/wire.md: a vote in a certificate is a signer and a signature; what is certified, and what is around it, is shorter than this.
    private const long VoteBytes = 66;
    private const long CertifiedBytes = 45;
    private const long ViewChangeBytes = 512;

    /// <summary>What is wrong with the members, or null.</summary>
    public static string? Judge(string name, ImmutableArray<Member> members, int shards)
    {
        if (name.Length is 0 or > NameLengthMax || name.Any(char.IsControl)) return $"the cluster's name must have 1 to {NameLengthMax} characters";
        if (shards is < 1 or > GenesisDocument.ShardsMax) return $"there must be 1 to {GenesisDocument.ShardsMax} shards, not {shards}";
        if (members.Length is 0 or > GroupConfig.ReplicasMax) return $"there must be 1 to {GroupConfig.ReplicasMax} members, not {members.Length}";
        foreach (var member in members)
        {
            if (member.Judge() is { } wrong) return $"member '{member.Name}': {wrong}";
        }

        return Shared(members, "the name", static member => member.Name)
            ?? Shared(members, "the key", static member => member.Key.ToString())
            ?? Shared(members, "the address for peers", static member => member.Peer)
            ?? Shared(members, "the address for clients", static member => new Uri(member.Client).Authority)
            ?? members.Where(member => members.Any(other => other.Peer == new Uri(member.Client).Authority))
                .Select(member => $"'{member.Client}' is an address for clients and one for peers").FirstOrDefault();
    }

    /// <summary>What is wrong with the limits, or null.</summary>
    public static string? Judge(StateLimits limits, ConsensusConfig ordering)
    {
        (string Name, long Value)[] positive =
        [
            ("keyBytesMax", limits.KeyBytesMax), ("valueBytesMax", limits.ValueBytesMax), ("contentTypeBytesMax", limits.ContentTypeBytesMax),
            ("listPageMax", limits.ListPageMax), ("listPageBytesMax", limits.ListPageBytesMax), ("operationsMax", limits.OperationsMax),
            ("batchBytesMax", limits.BatchBytesMax), ("sessionsPerClientMax", limits.SessionsPerClientMax), ("sessionsMax", limits.SessionsMax),
            ("resultBytesPerClientMax", limits.ResultBytesPerClientMax), ("resultBytesMax", limits.ResultBytesMax),
            ("checkpointInterval", ordering.CheckpointInterval), ("pipelineDepth", ordering.PipelineDepth), ("batchRequestsMax", ordering.BatchRequestsMax),
            ("batchBytesMax", ordering.BatchBytesMax), ("pendingRequestsMax", ordering.PendingRequestsMax), ("pendingBytesMax", ordering.PendingBytesMax),
            ("tickMilliseconds", ordering.TickMilliseconds), ("requestTimeoutTicks", Number(ordering.RequestTimeoutTicks)), ("timeoutDoublingsMax", ordering.TimeoutDoublingsMax),
            ("starvationFactor", Number(ordering.StarvationFactor)), ("statusIntervalTicks", Number(ordering.StatusIntervalTicks)),
            ("idleCheckpointTicks", Number(ordering.IdleCheckpointTicks)), ("clockSkewMaxMilliseconds", Number(ordering.ClockSkewMaxMilliseconds)),
            ("retainedBatchesMax", ordering.RetainedBatchesMax), ("retainedBytesMax", ordering.RetainedBytesMax), ("catchUpSlotsMax", ordering.CatchUpSlotsMax),
            ("snapshotChunkBytes", ordering.SnapshotChunkBytes), ("snapshotChunksInFlight", ordering.SnapshotChunksInFlight),
        ];
        var bad = positive.FirstOrDefault(each => each.Value is <= 0 or long.MaxValue).Name;
        if (bad is not null) return $"'{bad}' must be a number from 1 on";
        (string Name, long Value, long Max)[] bounded =
        [
            ("checkpointInterval", ordering.CheckpointInterval, ConsensusConfig.CheckpointIntervalMax),
            ("batchRequestsMax", ordering.BatchRequestsMax, Batch.RequestsMax),
            ("snapshotChunkBytes", ordering.SnapshotChunkBytes, SnapshotChunkBytesMax),
        ];
        var high = bounded.FirstOrDefault(each => each.Value > each.Max);
        return high.Name is null ? null : $"'{high.Name}' must be at most {high.Max}";
    }

    /// <summary>What is wrong with the limits for so many members, or null: a new view that says of every position of the window what was prepared must be sent
    /// in one message, or the group never leaves the view in which its primary failed.</summary>
    public static string? JudgeSize(int members, ConsensusConfig ordering)
    {
        long votes = new GroupConfig(members).Quorum;
        var viewChange = ViewChangeBytes + ((ordering.Window + 1L) * (CertifiedBytes + (votes * VoteBytes)));
        return votes * viewChange <= MessageCodec.BytesMax
            ? null
            : $"with {members} members and a 'checkpointInterval' of {ordering.CheckpointInterval} a view change may need a message of {votes * viewChange} bytes, and {MessageCodec.BytesMax} is the most; have fewer members or a shorter interval";
    }

    /// <summary>The usual ordering, with checkpoints as far apart as so many members can have them.</summary>
    public static ConsensusConfig OrderingFor(int members)
    {
        var ordering = new ConsensusConfig();
        while (JudgeSize(members, ordering) is not null) ordering = ordering with { CheckpointInterval = ordering.CheckpointInterval / 2 };
        return ordering;
    }

    /// <summary>What is wrong with the clients, or null.</summary>
    public static string? JudgeClients(GenesisJson json)
    {
        if (json.Clients == GenesisJson.AnyClient) return json.ClientKeys.Count == 0 ? null : "any client is admitted, so 'clientKeys' must be empty";
        return json.ClientKeys.Count == json.ClientKeys.Distinct(StringComparer.Ordinal).Count() ? null : "a key is twice in 'clientKeys'";
    }

    /// <summary>What is wrong with how the primary is monitored, or null.</summary>
    public static string? JudgeMonitor(GenesisJson json)
    {
        if (!json.IsMonitorComplete) return "'monitor' must be there when the leader policy monitors the primary, and only then";
        if (json.Monitor is not { } monitor) return null;
        (string Name, long Value, long Max)[] bounded =
        [
            ("deltaPercent", monitor.DeltaPercent, PercentMax), ("lambdaPercent", monitor.LambdaPercent, MonitorNumberMax), ("omegaPercent", monitor.OmegaPercent, MonitorNumberMax),
            ("slackTicks", Number(monitor.SlackTicks), MonitorNumberMax), ("windowTicks", Number(monitor.WindowTicks), MonitorNumberMax), ("samplesMin", monitor.SamplesMin, MonitorNumberMax),
            ("degradedWindows", monitor.DegradedWindows, MonitorNumberMax), ("graceTicks", Number(monitor.GraceTicks), MonitorNumberMax), ("patienceDoublingsMax", monitor.PatienceDoublingsMax, PatienceDoublingsMax),
        ];
        var bad = bounded.FirstOrDefault(each => each.Value < 1 || each.Value > each.Max);
        return bad.Name is null ? null : $"'{bad.Name}' must be a number from 1 to {bad.Max}";
    }

    /// <summary>What is wrong with the states that the shards begin with, or null.</summary>
    public static string? JudgeOrigin(GenesisJson json)
    {
        if (json.Origin is not { } origin) return null;
        if (origin.Shards.Count != json.Shards) return $"'origin' has the states of {origin.Shards.Count} shards, and there are {json.Shards}";
        return origin.Shards.All(shard => shard is { Position: >= 1 and <= CanonicalReader.NumberMax }) ? null : $"a 'position' in 'origin' must be a number from 1 to {CanonicalReader.NumberMax}";
    }

    private static string? Shared(ImmutableArray<Member> members, string what, Func<Member, string> of) =>
        members.GroupBy(of, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1)
            .Select(same => $"{what} '{same.Key}' is that of {string.Join(" and ", same.Select(member => $"'{member.Name}'"))}").FirstOrDefault();

    private static long Number(ulong value) => value > long.MaxValue ? long.MaxValue : (long)value;
}
