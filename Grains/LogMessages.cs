using Microsoft.Extensions.Logging;

namespace KvStore.Grains;

/// <summary>Every fact that this project logs: one stable event id each.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(6001, LogLevel.Critical, "A node of this silo can't start, so that the silo ends: {Problem} {Next}")]
    public static partial void NodeCannotStart(this ILogger logger, string problem, string next);

    [LoggerMessage(6003, LogLevel.Critical, "Replica {Replica} has lost its disk and says nothing more; the process ends at once. {Problem}")]
    public static partial void DiskLost(this ILogger logger, int replica, string problem);

    [LoggerMessage(6002, LogLevel.Warning, "Orleans did not take {Count} envelopes so far, the last one because: {Reason}")]
    public static partial void EnvelopesLost(this ILogger logger, long count, string reason);
}
