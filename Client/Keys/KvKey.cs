using System.Text;
using System.Text.Unicode;

namespace KvStore.Client;

/// <summary>A key: any bytes, at least one. Text stands for its UTF-8, and converts by itself as bytes do.</summary>
public readonly struct KvKey : IEquatable<KvKey>
{
    /// <summary>A key of these bytes, which must not change afterwards.</summary>
    public KvKey(ReadOnlyMemory<byte> bytes) => Bytes = bytes;

    /// <summary>A key of this text.</summary>
    public KvKey(string text) => Bytes = Encoding.UTF8.GetBytes(text);

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Whether the bytes are text.</summary>
    public bool IsText => Utf8.IsValid(Bytes.Span);

    /// <summary>The text of a key that is text; another one as <c>b64:</c> and base64url.</summary>
    public override string ToString() =>
        IsText ? Encoding.UTF8.GetString(Bytes.Span) : "b64:" + System.Buffers.Text.Base64Url.EncodeToString(Bytes.Span);

    /// <inheritdoc/>
    public bool Equals(KvKey other) => Bytes.Span.SequenceEqual(other.Bytes.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is KvKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes.Span);
        return hash.ToHashCode();
    }

    /// <summary>A key of this text.</summary>
    public static implicit operator KvKey(string text) => new(text);

    /// <summary>A key of these bytes.</summary>
    public static implicit operator KvKey(byte[] bytes) => new(bytes);

    /// <summary>A key of these bytes.</summary>
    public static implicit operator KvKey(ReadOnlyMemory<byte> bytes) => new(bytes);

    /// <summary>Whether both are the same bytes.</summary>
    public static bool operator ==(KvKey left, KvKey right) => left.Equals(right);

    /// <summary>Whether the two differ.</summary>
    public static bool operator !=(KvKey left, KvKey right) => !left.Equals(right);
}
