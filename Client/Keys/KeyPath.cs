using System.Buffers;
using System.Buffers.Text;
using System.Text.Unicode;

namespace KvStore.Client.Keys;

/// <summary>Keys as addresses. http-api.md section 1.</summary>
internal static class KeyPath
{
    private const string TextPrefix = "/v1/kv/";
    private const string BytesPrefix = "/v1/kvb/";
    private const string HexDigits = "0123456789ABCDEF";
    private const int EscapeLength = 3;

    // RFC 3986 section 2.3, and '/', which may stand plain in a key.
    private static readonly SearchValues<byte> _plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"u8);

    /// <summary>The path of a key: readable where that is safe, base64url where an address would be put right into another one.</summary>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    public static string Of(KvKey key)
    {
        var bytes = key.Bytes.Span;
        if (bytes.IsEmpty) throw new ArgumentException("A key has at least one byte.", nameof(key));
        return IsSafeInPath(bytes) ? Escape(TextPrefix, bytes) : BytesPrefix + Base64Url.EncodeToString(bytes);
    }

    /// <summary>The percent-encoding of any bytes, for a query.</summary>
    public static string Escape(string prefix, ReadOnlySpan<byte> bytes)
    {
        var escapes = 0;
        foreach (var b in bytes)
        {
            if (!_plain.Contains(b)) escapes++;
        }

        return string.Create(prefix.Length + bytes.Length + escapes * (EscapeLength - 1), new Source(prefix, bytes), static (text, source) =>
        {
            source.Prefix.CopyTo(text);
            var at = source.Prefix.Length;
            foreach (var b in source.Bytes)
            {
                if (_plain.Contains(b))
                {
                    text[at++] = (char)b;
                    continue;
                }

                text[at++] = '%';
                text[at++] = HexDigits[b >> 4];
                text[at++] = HexDigits[b & 0xF];
            }
        });
    }

    // Servers take dot segments out of a path and stumble over a zero byte, however it is escaped.
    private static bool IsSafeInPath(ReadOnlySpan<byte> key)
    {
        if (!Utf8.IsValid(key) || key.Contains((byte)0)) return false;
        if (!key.Contains((byte)'.')) return true;
        foreach (var range in key.Split((byte)'/'))
        {
            var segment = key[range];
            if (segment.SequenceEqual("."u8) || segment.SequenceEqual(".."u8)) return false;
        }

        return true;
    }

    private readonly ref struct Source(string prefix, ReadOnlySpan<byte> bytes)
    {
        public string Prefix { get; } = prefix;

        public ReadOnlySpan<byte> Bytes { get; } = bytes;
    }
}
