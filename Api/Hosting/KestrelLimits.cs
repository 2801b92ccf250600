using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace KvStore.Api.Hosting;

/// <summary>The bounds on what one connection, and all of them, may hold.</summary>
internal static class KestrelLimits
{
    // Every connection may have a body of the largest size under way.
    private const long ConnectionsMax = 4096;

    // Over the largest value on purpose: a body that is refused before it was read is drained up to this, so that a client that only looks
    // at the answer after it has sent everything sees the 413, and not a connection that was reset.
    private const long DrainedBytesMax = 16 * 1024 * 1024;

    /// <summary>Applies the bounds.</summary>
    public static void Apply(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxConcurrentConnections = ConnectionsMax;
        options.Limits.MaxRequestBodySize = DrainedBytesMax;
    }
}
