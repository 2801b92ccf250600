using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>A user's key: bytes, ordered as unsigned bytes. Whoever makes one gives the array away.</summary>
public readonly struct Key(byte[] bytes) : IEquatable<Key>, IComparable<Key>
{
    private readonly byte[]? _bytes = bytes;

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => _bytes;

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes;

    /// <summary>The length in bytes.</summary>
    public int Length => _bytes?.Length ?? 0;

    /// <summary>The key of a text, in UTF-8.</summary>
    public static Key Of(string text) => new(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Where the key's record is in the shard's map.</summary>
    public Digest RecordPath => RecordKeys.KeyPath(Span);

    /// <inheritdoc/>
    public bool Equals(Key other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Key other && Equals(other);

    // Keys are looked up in ordered collections or by their path. This is FNV-1a, the same in every process.
    /// <inheritdoc/>
    public override int GetHashCode()
    {
        const uint offsetBasis = 2166136261;
        const uint prime = 16777619;
        var hash = offsetBasis;
        foreach (var value in Span) hash = unchecked((hash ^ value) * prime);
        return unchecked((int)hash);
    }

    /// <inheritdoc/>
    public int CompareTo(Key other) => Span.SequenceCompareTo(other.Span);

    /// <summary>The bytes as UTF-8 text, for people.</summary>
    public override string ToString() => System.Text.Encoding.UTF8.GetString(Span);

    /// <summary>Whether both are the same bytes.</summary>
    public static bool operator ==(Key left, Key right) => left.Equals(right);

    /// <summary>Whether the two differ.</summary>
    public static bool operator !=(Key left, Key right) => !left.Equals(right);

    /// <summary>The larger of the two.</summary>
    internal static Key Max(Key left, Key right) => left.CompareTo(right) >= 0 ? left : right;
}
