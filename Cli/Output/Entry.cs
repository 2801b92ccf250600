using System.Text;
using System.Text.Unicode;
using KvStore.Client;

namespace KvStore.Cli.Output;

/// <summary>A key as it is printed.</summary>
/// <param name="Key">The key; one that is not text as <c>b64:</c> and base64url.</param>
/// <param name="Revision">Its revision, like <c>r42</c>.</param>
/// <param name="Length">The length of the whole value in bytes.</param>
/// <param name="ContentType">What it is, if that is known.</param>
/// <param name="Value">The value or the slice that was asked for; null when only the key was.</param>
/// <param name="Expires">When the key expires; null when it does not.</param>
internal sealed record Entry(string Key, string Revision, long Length, string? ContentType, ReadOnlyMemory<byte>? Value, DateTimeOffset? Expires)
{
    /// <summary>The value as text; null when it is none.</summary>
    public string? Text => Value is { } value && Utf8.IsValid(value.Span) ? Encoding.UTF8.GetString(value.Span) : null;

    /// <summary>A value that was read.</summary>
    public static Entry Of(KvKey key, GetResult result) =>
        new(key.ToString(), result.ETag.ToString()!, result.Length, result.ContentType, result.Value, result.Expires);

    /// <summary>A key that was listed.</summary>
    public static Entry Of(ListEntry entry) =>
        new(entry.Key.ToString(), entry.ETag.ToString(), entry.Length, entry.ContentType, entry.Value, entry.Expires);
}
