using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KvStore.Replication.Setup;

namespace KvStore.Replication.Pool;

/// <summary>
/// An operator's certificates for the connections between nodes, instead of self-issued ones. They decide who may come as far as introducing itself; which
/// node it is, only the node's key proves. Names in certificates mean nothing.
/// </summary>
/// <param name="Certificate">This node's certificate, with its private key.</param>
/// <param name="Intermediates">What leads from it to an authority; sent along.</param>
/// <param name="Authorities">Peers' certificates must lead to one of these.</param>
public sealed record PeerCertificates(X509Certificate2 Certificate, X509Certificate2Collection Intermediates, X509Certificate2Collection Authorities)
{
    /// <summary>Reads what a node's configuration names; null when it names none.</summary>
    /// <exception cref="SetupException">A file can't be read, or holds something else.</exception>
    public static PeerCertificates? Of(NodeConfig config)
    {
        if (config.PeerCertificateFiles is not { } files) return null;
        try
        {
            var certificates = FromPemFiles(files.Certificate, files.Key, files.Authorities);
            if (certificates.Authorities.Count > 0) return certificates;
            throw new SetupException($"The file '{files.Authorities}' has no authority.", NodeSetting.PeerAuthorities.Description);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SetupException(
                $"The certificate for the other nodes can't be read from '{files.Certificate}', '{files.Key}' and '{files.Authorities}': {exception.Message}",
                "All three are PEM, the key is that of the first certificate and not encrypted.");
        }
    }

    private static PeerCertificates FromPemFiles(string certificateFile, string keyFile, string authoritiesFile)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificateFile);
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(authoritiesFile);
        return new PeerCertificates(X509Certificate2.CreateFromPemFile(certificateFile, keyFile), [.. chain.Skip(1)], authorities);
    }
}
