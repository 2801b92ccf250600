using Microsoft.Extensions.Logging;

namespace KvStore.Api;

/// <summary>All that the gateway logs. An event id never changes its meaning.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(4001, LogLevel.Warning, "Memory-only: {Shards} shard(s) of {Replicas} replicas each in this process, and nothing survives it.")]
    public static partial void MemoryOnly(ILogger logger, int shards, int replicas);

    [LoggerMessage(4002, LogLevel.Warning, "Unsigned requests are signed by the development key {PublicKey}.")]
    public static partial void DevelopmentKey(ILogger logger, string publicKey);

    [LoggerMessage(4003, LogLevel.Information, "Ed25519 by {Backend}.")]
    public static partial void Ed25519Backend(ILogger logger, string backend);

    [LoggerMessage(4004, LogLevel.Warning, "{Address} can be reached from other machines, and whoever reaches it can write: requests need no signature.")]
    public static partial void OpenToOthers(ILogger logger, string address);

    [LoggerMessage(4005, LogLevel.Information, "The development fault '{Action}' was done to replica {Replica} of shard {Shard}.")]
    public static partial void FaultInjected(ILogger logger, string action, int replica, uint shard);

    [LoggerMessage(4006, LogLevel.Information, "Requests must be signed by their clients.")]
    public static partial void SignaturesRequired(ILogger logger);

    [LoggerMessage(4500, LogLevel.Error, "An unexpected exception; the problem that was served names the trace {Trace}.")]
    public static partial void UnexpectedException(ILogger logger, string trace, Exception exception);

    [LoggerMessage(4501, LogLevel.Critical, "Can't serve at {Urls}: {Reason}. Choose another address with --urls, for example --urls http://127.0.0.1:8081.")]
    public static partial void CannotListen(ILogger logger, string urls, string reason);
}
