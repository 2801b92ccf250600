namespace KvStore.Client.Exchanges;

/// <summary>One gateway's address.</summary>
internal sealed class Gateway
{
    // The path is signed as it is sent, so nobody may put it right on the way.
    private static readonly UriCreationOptions _asWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly string _origin;

    /// <summary>A gateway at an address.</summary>
    /// <exception cref="ArgumentException">It is not http://host:port or https://host:port.</exception>
    public Gateway(Uri address)
    {
        var isHttp = address.IsAbsoluteUri && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);
        if (!isHttp || address.PathAndQuery != "/" || address.UserInfo.Length > 0 || address.Fragment.Length > 0)
            throw new ArgumentException($"'{address}' is not the address of a gateway: http://host:port, without a path.", nameof(address));
        _origin = address.GetLeftPart(UriPartial.Authority);
    }

    /// <summary>The address of a path and query.</summary>
    public Uri Address(string target) => new(_origin + target, _asWritten);

    /// <inheritdoc/>
    public override string ToString() => _origin;
}
