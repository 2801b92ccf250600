using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Unicode;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>Keys as they stand in paths and queries.</summary>
internal static class KeyText
{
    /// <summary>A key in a path: percent-encoded UTF-8, '/' may stand plain.</summary>
    public static bool TryFromPath(ReadOnlySpan<char> text, StateLimits limits, out Key key, [NotNullWhen(false)] out ParseError? error)
    {
        key = default;
        if (!PercentEncoding.TryDecode(text, out var bytes) || text.ContainsAny('?', '#'))
            return Refuse(ParseErrors.BadKey, "The key is not well percent-encoded.", out error);
        if (!Utf8.IsValid(bytes)) return Refuse(ParseErrors.BadKey, "The key is not UTF-8; such keys go as /v1/kvb/{base64url}.", out error);
        if (HasDotSegment(bytes)) return Refuse(ParseErrors.BadKey, "The key has a segment '.' or '..'; such keys go as /v1/kvb/{base64url}.", out error);
        return TryTake(bytes, limits, out key, out error);
    }

    /// <summary>A key in base64url, without padding, canonical.</summary>
    public static bool TryFromBase64(ReadOnlySpan<char> text, StateLimits limits, out Key key, [NotNullWhen(false)] out ParseError? error)
    {
        key = default;
        return TryDecodeBase64(text, out var bytes)
            ? TryTake(bytes, limits, out key, out error)
            : Refuse(ParseErrors.BadKey, "The key is not base64url without padding.", out error);
    }

    /// <summary>Decodes base64url strictly: no padding, no white space, no stray bits.</summary>
    public static bool TryDecodeBase64(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        return StrictBase64Url.TryDecode(text, bytes);
    }

    private static bool TryTake(byte[] bytes, StateLimits limits, out Key key, [NotNullWhen(false)] out ParseError? error)
    {
        key = new Key(bytes);
        error = null;
        if (bytes.Length == 0) return Refuse(ParseErrors.EmptyKey, "The key is empty.", out error);
        return bytes.Length <= limits.KeyBytesMax || Refuse(ParseErrors.KeyTooLong, $"The key is over {limits.KeyBytesMax} bytes.", out error);
    }

    // Decoded, so that it makes no difference how the dots and slashes were written.
    private static bool HasDotSegment(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.Contains((byte)'.')) return false;
        foreach (var range in bytes.Split((byte)'/'))
        {
            var segment = bytes[range];
            if (segment.SequenceEqual("."u8) || segment.SequenceEqual(".."u8)) return true;
        }

        return false;
    }

    private static bool Refuse(string code, string detail, out ParseError? error)
    {
        error = new ParseError(code, detail);
        return false;
    }
}
