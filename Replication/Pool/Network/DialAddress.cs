using System.Globalization;

namespace KvStore.Replication.Pool.Network;

/// <summary>Where to dial: <c>host:port</c>, with an IPv6 address in brackets.</summary>
internal static class DialAddress
{
    /// <exception cref="ArgumentException">It is not of that form.</exception>
    public static (string Host, int Port) Parse(string address)
    {
        var colon = address.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            throw new ArgumentException($"'{address}' is not host:port.", nameof(address));
        }

        return (address[..colon].Trim('[', ']'), port);
    }
}
