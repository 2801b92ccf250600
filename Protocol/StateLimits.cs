namespace KvStore.Protocol;

/// <summary>Limits on what a shard's state holds. The same on every replica, because they are part of the genesis.</summary>
public sealed record StateLimits
{
    /// <summary>Counters that a session keeps: a counter this far below the highest one is stale. protocol.md section 4.</summary>
    public const int SessionWindow = 1024;

    /// <summary>The longest key, in bytes.</summary>
    public int KeyBytesMax { get; init; } = 1024;

    /// <summary>The largest value, in bytes.</summary>
    public int ValueBytesMax { get; init; } = 1024 * 1024;

    /// <summary>The longest content type, in bytes.</summary>
    public int ContentTypeBytesMax { get; init; } = 256;

    /// <summary>Keys in one page of a listing, at most.</summary>
    public int ListPageMax { get; init; } = 1000;

    /// <summary>Key and value bytes in one page of a listing, about at most.</summary>
    public int ListPageBytesMax { get; init; } = 4 * 1024 * 1024;

    /// <summary>Operations of one transaction or batch, at most.</summary>
    public int OperationsMax { get; init; } = 1024;

    /// <summary>The largest body of a transaction or batch, and about the largest sum of what its steps read and of the values that they append to or slice, in bytes.</summary>
    public int BatchBytesMax { get; init; } = 4 * 1024 * 1024;

    /// <summary>Sessions of one client at a time, at most; each is dropped when its last request has expired.</summary>
    public int SessionsPerClientMax { get; init; } = 4096;

    /// <summary>Sessions of all clients at a time, at most.</summary>
    public int SessionsMax { get; init; } = 262_144;

    /// <summary>Bytes of results that are kept for one client, about at most: what it asks for beyond is refused until some have expired.</summary>
    public long ResultBytesPerClientMax { get; init; } = 256L * 1024 * 1024;

    /// <summary>Bytes of results that are kept for all clients, about at most.</summary>
    public long ResultBytesMax { get; init; } = 1024L * 1024 * 1024;

    /// <summary>Appends the canonical encoding: part of the genesis, and of the configuration's digest in the state.</summary>
    public void Encode(CanonicalWriter writer)
    {
        writer.UInt32((uint)KeyBytesMax);
        writer.UInt32((uint)ValueBytesMax);
        writer.UInt32((uint)ContentTypeBytesMax);
        writer.UInt32((uint)ListPageMax);
        writer.UInt32((uint)ListPageBytesMax);
        writer.UInt32((uint)OperationsMax);
        writer.UInt32((uint)BatchBytesMax);
        writer.UInt32((uint)SessionsPerClientMax);
        writer.UInt32((uint)SessionsMax);
        writer.UInt64((ulong)ResultBytesPerClientMax);
        writer.UInt64((ulong)ResultBytesMax);
    }
}
