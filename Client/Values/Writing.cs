namespace KvStore.Client;

/// <summary>How to put a value.</summary>
public sealed record PutOptions
{
    /// <summary>Only if the key is at this revision.</summary>
    public ETag? IfMatch { get; init; }

    /// <summary>Only if the key is absent.</summary>
    public bool IfAbsent { get; init; }

    /// <summary>What the value is, for example <c>application/json</c>.</summary>
    public string? ContentType { get; init; }

    /// <summary>After how many whole seconds the key expires; null: never.</summary>
    public TimeSpan? TimeToLive { get; init; }
}

/// <summary>How to append to a value.</summary>
public sealed record AppendOptions
{
    /// <summary>Only if the key is at this revision.</summary>
    public ETag? IfMatch { get; init; }

    /// <summary>Only if the key is absent.</summary>
    public bool IfAbsent { get; init; }

    /// <summary>Only if the value has this many bytes; an absent one has 0.</summary>
    public long? IfLength { get; init; }

    /// <summary>What the value is, if this creates it.</summary>
    public string? ContentType { get; init; }
}

/// <summary>A write that was done.</summary>
public sealed record WriteResult
{
    /// <summary>Whether the key is new.</summary>
    public required bool Created { get; init; }

    /// <summary>The key's new entity tag.</summary>
    public required ETag ETag { get; init; }

    /// <summary>The shard's revision after it.</summary>
    public required ulong Revision { get; init; }

    /// <summary>The shard.</summary>
    public required uint Shard { get; init; }

    /// <summary>The length of the whole value, in bytes.</summary>
    public required long Length { get; init; }

    /// <summary>Append: where the appended bytes begin.</summary>
    public long Offset { get; init; }

    /// <summary>Whether this is the first result again, because an earlier attempt had been applied.</summary>
    public bool Replayed { get; init; }

    /// <summary>When the key expires; null when it does not.</summary>
    public DateTimeOffset? Expires { get; init; }
}

/// <summary>What became of a deletion.</summary>
/// <param name="Deleted">Whether there was a key to delete.</param>
/// <param name="Revision">The shard's revision after it.</param>
/// <param name="Shard">The shard.</param>
/// <param name="Replayed">Whether this is the first result again, because an earlier attempt had been applied.</param>
public sealed record DeleteResult(bool Deleted, ulong Revision, uint Shard, bool Replayed);
