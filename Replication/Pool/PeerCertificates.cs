using System.Security.Cryptography.X509Certificates;

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
    /// <summary>Reads PEM files.</summary>
    /// <param name="certificateFile">This node's certificate, then what leads from it to an authority.</param>
    /// <param name="keyFile">Its private key, not encrypted.</param>
    /// <param name="authoritiesFile">The authorities.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A file holds something else.</exception>
    /// <exception cref="IOException">A file can't be read.</exception>
    public static PeerCertificates FromPemFiles(string certificateFile, string keyFile, string authoritiesFile)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificateFile);
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(authoritiesFile);
        return new PeerCertificates(X509Certificate2.CreateFromPemFile(certificateFile, keyFile), [.. chain.Skip(1)], authorities);
    }
}
