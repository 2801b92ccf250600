using System.Globalization;

namespace KvStore.Replication.Setup;

/// <summary>Where nodes are reached, as files and command lines have it.</summary>
public static class NodeAddress
{
    private const int LengthMax = 255;

    /// <summary>Whether a text is <c>host:port</c>, with an IPv6 address in brackets.</summary>
    public static bool TryParsePeer(string text, out string host, out int port)
    {
        (host, port) = ("", 0);
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || text.Length > LengthMax) return false;
        host = text[..colon];
        return int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= ushort.MaxValue
            && Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6 && (!host.Contains(':') || host.StartsWith('['));
    }

    /// <summary>Whether a text is the address of a gateway: <c>http://host:port</c>, or https, and nothing more.</summary>
    public static bool IsClientUrl(string text) =>
        text.Length <= LengthMax && Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
        && url is { PathAndQuery: "/", Fragment: "", UserInfo: "" } && !text.EndsWith('/');
}
