using System.Buffers.Text;
using System.Text;

namespace KvStore.Cli;

/// <summary>Keys as addresses.</summary>
internal static class KeyPath
{
    /// <summary>The path of a key: readable where that is safe, base64url where an address would be put right into another one.</summary>
    public static string Of(string key)
    {
        if (key.Length == 0) throw Failure.Usage("The key is empty.", "Give a key of at least one character.");
        var segments = key.Split('/');
        return segments.Any(segment => segment is "." or "..") || key.Contains('\0')
            ? "/v1/kvb/" + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key))
            : "/v1/kv/" + string.Join('/', segments.Select(Uri.EscapeDataString));
    }
}
