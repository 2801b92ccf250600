namespace KvStore.Client;

/// <summary>Which keys to list.</summary>
public sealed record ListOptions
{
    /// <summary>Only keys that begin with these bytes.</summary>
    public KvKey Prefix { get; init; }

    /// <summary>Only this key and later ones.</summary>
    public KvKey Start { get; init; }

    /// <summary>Only keys before this one.</summary>
    public KvKey End { get; init; }

    /// <summary>Keys in one page, at most; null leaves it to the gateway.</summary>
    public int? PageSize { get; init; }

    /// <summary>Without the values.</summary>
    public bool KeysOnly { get; init; }

    /// <summary>Counts all that would be listed: <see cref="ListPage.Total"/>.</summary>
    public bool Count { get; init; }

    /// <summary>How fresh.</summary>
    public Consistency Consistency { get; init; }
}

/// <summary>One page of keys, in order.</summary>
public sealed record ListPage
{
    /// <summary>The keys.</summary>
    public required IReadOnlyList<ListEntry> Entries { get; init; }

    /// <summary>How many keys there are in all pages; null unless it was asked for.</summary>
    public long? Total { get; init; }

    /// <summary>The revision of each shard from which the page comes.</summary>
    public required IReadOnlyDictionary<uint, ulong> Revisions { get; init; }

    /// <summary>What asks for the next page; null on the last.</summary>
    public string? Next { get; init; }
}

/// <summary>One key of a listing.</summary>
public sealed record ListEntry
{
    /// <summary>The key.</summary>
    public required KvKey Key { get; init; }

    /// <summary>Its entity tag.</summary>
    public required ETag ETag { get; init; }

    /// <summary>The length of its value, in bytes.</summary>
    public required long Length { get; init; }

    /// <summary>What the value is, as it was put; null when nothing was said.</summary>
    public string? ContentType { get; init; }

    /// <summary>The value; null when only keys were asked for.</summary>
    public ReadOnlyMemory<byte>? Value { get; init; }

    /// <summary>When the key expires; null when it does not.</summary>
    public DateTimeOffset? Expires { get; init; }
}
