using KvStore.Protocol;
using Microsoft.Extensions.Logging;

namespace KvStore.Replication;

/// <summary>Every fact that this project logs: one stable event id each.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(1001, LogLevel.Information, "Replica {Replica} of shard {Shard} runs ({Mode}).")]
    public static partial void ReplicaStarted(this ILogger logger, int replica, uint shard, string mode);

    [LoggerMessage(1002, LogLevel.Information, "Replica {Replica} of shard {Shard} has stopped.")]
    public static partial void ReplicaStopped(this ILogger logger, int replica, uint shard);

    [LoggerMessage(1003, LogLevel.Information, "Replica {Replica} of shard {Shard}: view {View}, open: {Active}.")]
    public static partial void ViewChanged(this ILogger logger, int replica, uint shard, ulong view, bool active);

    [LoggerMessage(1004, LogLevel.Warning, "Replica {Replica} of shard {Shard} saw replica {Signer} contradict itself: {Earlier} and then {Later}.")]
    public static partial void Equivocation(this ILogger logger, int replica, uint shard, int signer, Statement earlier, Statement later);

    [LoggerMessage(1005, LogLevel.Information, "Replica {Replica} of shard {Shard} took over the certified state at position {Sequence}.")]
    public static partial void SnapshotInstalled(this ILogger logger, int replica, uint shard, ulong sequence);

    [LoggerMessage(1006, LogLevel.Warning, "Replica {Replica} of shard {Shard} dropped {Count} messages from replica {From} so far: {Kind}.")]
    public static partial void Rejected(this ILogger logger, int replica, uint shard, long count, int from, RejectionKind kind);

    [LoggerMessage(1008, LogLevel.Error, "Replica {Replica} of shard {Shard} has no room on its disk. It votes for nothing until there is, and serves what it has: make room.")]
    public static partial void DiskFull(this ILogger logger, int replica, uint shard);

    [LoggerMessage(1009, LogLevel.Information, "Replica {Replica} of shard {Shard} has room on its disk again and takes part.")]
    public static partial void DiskHasRoom(this ILogger logger, int replica, uint shard);

    [LoggerMessage(1007, LogLevel.Critical, "Replica {Replica} of shard {Shard} can't go on and ends the process.")]
    public static partial void ReplicaBroken(this ILogger logger, Exception exception, int replica, uint shard);
}
