using System.Globalization;

namespace KvStore.StateMachine;

/// <summary>Percent-encoding. RFC 3986 section 2.1.</summary>
internal static class PercentEncoding
{
    private const int EscapeLength = 3;

    /// <summary>Decodes ASCII text to bytes; false when an escape is malformed.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        var escapes = text.Count('%');
        bytes = [];
        if (text.Length < escapes * EscapeLength) return false;
        var decoded = new byte[text.Length - escapes * (EscapeLength - 1)];
        var at = 0;
        for (var i = 0; i < decoded.Length; i++)
        {
            if (text[at] != '%')
            {
                decoded[i] = (byte)text[at++];
                continue;
            }

            // Counting escapes by '%' is right only if none begins inside another, which the check of the digits sees to.
            if (text.Length - at < EscapeLength || !char.IsAsciiHexDigit(text[at + 1]) || !char.IsAsciiHexDigit(text[at + 2])) return false;
            decoded[i] = byte.Parse(text.Slice(at + 1, EscapeLength - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            at += EscapeLength;
        }

        bytes = decoded;
        return at == text.Length;
    }
}
