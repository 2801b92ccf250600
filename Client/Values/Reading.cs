using System.Globalization;

namespace KvStore.Client;

/// <summary>How fresh a read is, and who vouches for it. http-api.md section 1.</summary>
public enum Consistency
{
    /// <summary>Sees every write that was answered before it began; the default.</summary>
    Linearizable,

    /// <summary>Ordered like a write, so that w replicas vouch for the answer.</summary>
    Certified,

    /// <summary>From one replica, and maybe old.</summary>
    Local,
}

/// <summary>Bytes of a value. RFC 9110 section 14.1.2.</summary>
public readonly record struct ByteRange
{
    private readonly string? _text;

    private ByteRange(string text) => _text = text;

    /// <summary>From one byte to another, both included, counted from 0.</summary>
    public static ByteRange Between(long first, long last)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfLessThan(last, first);
        return new ByteRange(string.Create(CultureInfo.InvariantCulture, $"bytes={first}-{last}"));
    }

    /// <summary>From a byte to the end.</summary>
    public static ByteRange From(long first)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        return new ByteRange(string.Create(CultureInfo.InvariantCulture, $"bytes={first}-"));
    }

    /// <summary>The last so many bytes.</summary>
    public static ByteRange Last(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return new ByteRange(string.Create(CultureInfo.InvariantCulture, $"bytes=-{count}"));
    }

    /// <summary>Reads <c>2-5</c>, <c>2-</c> or <c>-5</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ByteRange range)
    {
        range = default;
        var dash = text.IndexOf('-');
        if (dash < 0 || !TryNumber(text[..dash], out var first) || !TryNumber(text[(dash + 1)..], out var last)) return false;
        if (first is null ? last is null or 0 : last < first) return false;
        range = new ByteRange($"bytes={text}");
        return true;
    }

    /// <summary>As it stands in a header.</summary>
    public override string ToString() => _text ?? "bytes=0-";

    private static bool TryNumber(ReadOnlySpan<char> text, out long? number)
    {
        number = null;
        if (text.IsEmpty) return true;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)) return false;
        number = parsed;
        return true;
    }
}

/// <summary>How to read a value.</summary>
public sealed record GetOptions
{
    /// <summary>Only these bytes.</summary>
    public ByteRange? Range { get; init; }

    /// <summary>How fresh.</summary>
    public Consistency Consistency { get; init; }

    /// <summary>Only if the key is not at this revision any more.</summary>
    public ETag? IfNoneMatch { get; init; }

    /// <summary>How long to wait until the key is there, or with <see cref="IfNoneMatch"/> until it has changed.</summary>
    public TimeSpan? Wait { get; init; }
}

/// <summary>What a read found.</summary>
public enum GetStatus
{
    /// <summary>The value, or the slice that was asked for.</summary>
    Found,

    /// <summary>There is no such key.</summary>
    Absent,

    /// <summary>The key is still at the revision of <see cref="GetOptions.IfNoneMatch"/>.</summary>
    NotModified,
}

/// <summary>A value that was read, or that there is none.</summary>
public sealed record GetResult
{
    /// <summary>What was found.</summary>
    public required GetStatus Status { get; init; }

    /// <summary>Whether there is a value.</summary>
    public bool Found => Status == GetStatus.Found;

    /// <summary>The value, or the slice that was asked for; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>The key's entity tag; null when it is absent.</summary>
    public ETag? ETag { get; init; }

    /// <summary>The revision of the shard that was read.</summary>
    public required ulong Revision { get; init; }

    /// <summary>The shard.</summary>
    public required uint Shard { get; init; }

    /// <summary>Where <see cref="Value"/> begins in the whole value.</summary>
    public long Offset { get; init; }

    /// <summary>The length of the whole value, in bytes.</summary>
    public long Length { get; init; }

    /// <summary>What the value is, as it was put; <c>application/octet-stream</c> when nothing was said.</summary>
    public string? ContentType { get; init; }

    /// <summary>When the key expires; null when it does not.</summary>
    public DateTimeOffset? Expires { get; init; }
}
