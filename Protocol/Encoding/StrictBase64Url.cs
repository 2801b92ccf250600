using System.Buffers;
using System.Buffers.Text;

namespace KvStore.Protocol;

/// <summary>Reads base64url (RFC 4648 section 5) in its one form: no padding, no white space, no stray bits. Anything else would be a second name.</summary>
public static class StrictBase64Url
{
    private const int StackCharsMax = 64;

    /// <summary>Decodes a text that stands for exactly as many bytes as <paramref name="bytes"/> takes; false when it does not.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        if (text.Length != Base64Url.GetEncodedLength(bytes.Length)) return false;
        if (Base64Url.DecodeFromChars(text, bytes, out _, out var written) != OperationStatus.Done || written != bytes.Length) return false;

        // The decoder lets stray bits pass, and white space in the place of text; encoding again shows them.
        var again = text.Length <= StackCharsMax ? stackalloc char[text.Length] : new char[text.Length];
        return Base64Url.EncodeToChars(bytes, again) == text.Length && text.SequenceEqual(again);
    }
}
