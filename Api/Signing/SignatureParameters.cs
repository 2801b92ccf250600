// http-api.md section 4: the parameters of a signature, and their one order. Base64url without padding is RFC 4648 section 5.
using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using KvStore.Protocol;

namespace KvStore.Api.Signing;

/// <summary>What the parameters of a signature say.</summary>
/// <param name="Created">When the client signed.</param>
/// <param name="Expires">Until when the request is good.</param>
/// <param name="Nonce">The request's nonce.</param>
/// <param name="Client">The key that signed it.</param>
internal readonly record struct SignatureParameters(Timestamp Created, Timestamp Expires, Nonce Nonce, PublicKey Client)
{
    /// <summary>The parameters' names, in order.</summary>
    public const string Order = "created, expires, nonce, keyid, alg, tag";

    /// <summary>How <see cref="Nonce"/> is written, in characters.</summary>
    public const int NonceLength = 22;

    /// <summary>How <see cref="Client"/> is written, in characters.</summary>
    public const int KeyIdLength = 43;

    private const int NonceBytes = 16;
    private const int DigitsMax = 15; // RFC 8941 section 3.3.1.
    private const ulong MillisecondsPerSecond = 1000;
    private const string End = ";alg=\"ed25519\";tag=\"" + SignatureBase.Tag + "\"";

    /// <summary>
    /// Reads the parameters, in the one way in which replicas write them again. What is written otherwise would be signed otherwise, so it is not read.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<char> text, out SignatureParameters parameters)
    {
        parameters = default;
        if (!TrySeconds(ref text, ";created=", out var created) || !TrySeconds(ref text, ";expires=", out var expires)) return false;
        if (!TryQuoted(ref text, ";nonce=\"", NonceLength, out var nonceText) || !TryNonce(nonceText, out var nonce)) return false;
        if (!TryQuoted(ref text, ";keyid=\"", KeyIdLength, out var keyText) || !TryKeyId(keyText, out var client)) return false;
        parameters = new SignatureParameters(created, expires, nonce, client);
        return text.SequenceEqual(End);
    }

    /// <summary>Reads a nonce: base64url of 16 bytes, session and counter.</summary>
    public static bool TryNonce(ReadOnlySpan<char> text, out Nonce nonce)
    {
        Span<byte> bytes = stackalloc byte[NonceBytes];
        nonce = default;
        if (!StrictBase64Url.TryDecode(text, bytes)) return false;
        nonce = new Nonce(new SessionId(BinaryPrimitives.ReadUInt64BigEndian(bytes)), BinaryPrimitives.ReadUInt64BigEndian(bytes[sizeof(ulong)..]));
        return true;
    }

    /// <summary>Reads a key's name: base64url of its 32 bytes.</summary>
    public static bool TryKeyId(ReadOnlySpan<char> text, out PublicKey client)
    {
        Span<byte> bytes = stackalloc byte[PublicKey.Length];
        var isGood = StrictBase64Url.TryDecode(text, bytes);
        client = isGood ? PublicKey.Read(bytes) : default;
        return isGood;
    }

    /// <summary>Reads a time: whole seconds, without a sign or leading zeros.</summary>
    public static bool TrySeconds(ReadOnlySpan<char> text, out Timestamp time)
    {
        time = default;
        if (text.Length is 0 or > DigitsMax || text.ContainsAnyExceptInRange('0', '9') || (text.Length > 1 && text[0] == '0')) return false;
        time = new Timestamp(ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) * MillisecondsPerSecond);
        return true;
    }

    private static bool TrySeconds(ref ReadOnlySpan<char> text, string name, out Timestamp time)
    {
        time = default;
        if (!text.StartsWith(name, StringComparison.Ordinal)) return false;
        text = text[name.Length..];
        var length = text.IndexOfAnyExceptInRange('0', '9');
        if (length < 0 || !TrySeconds(text[..length], out time)) return false;
        text = text[length..];
        return true;
    }

    private static bool TryQuoted(ref ReadOnlySpan<char> text, string name, int length, out ReadOnlySpan<char> quoted)
    {
        quoted = default;
        if (!text.StartsWith(name, StringComparison.Ordinal)) return false;
        text = text[name.Length..];
        if (text.Length <= length || text[length] != '"') return false;
        quoted = text[..length];
        text = text[(length + 1)..];
        return true;
    }
}
