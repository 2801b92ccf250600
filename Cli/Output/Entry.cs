using System.Text;
using System.Text.Unicode;

namespace KvStore.Cli.Output;

/// <summary>A key as it is printed.</summary>
/// <param name="Key">The key; one that is not text as <c>b64:</c> and base64url.</param>
/// <param name="Revision">Its revision, like <c>r42</c>.</param>
/// <param name="Length">The length of the whole value in bytes.</param>
/// <param name="ContentType">What it is, if that is known.</param>
/// <param name="Value">The value or the slice that was asked for; null when only the key was.</param>
internal sealed record Entry(string Key, string Revision, long Length, string? ContentType, byte[]? Value)
{
    /// <summary>The value as text; null when it is none.</summary>
    public string? Text => Value is not null && Utf8.IsValid(Value) ? Encoding.UTF8.GetString(Value) : null;
}
