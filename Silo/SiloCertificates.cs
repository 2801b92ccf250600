using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KvStore.Replication.Setup;
using Orleans.Connections.Security;

namespace KvStore.Silo;

/// <summary>
/// An operator's certificates for the connections between silos: both ends show one, for use as a server and as a client, and it must be issued by one of
/// the authorities and be for the silos' common name. They keep strangers out of the Orleans cluster; who speaks for a replica, its node key alone proves.
/// </summary>
/// <param name="Certificate">This silo's certificate, with its private key.</param>
/// <param name="Authorities">One of these must have issued others' certificates.</param>
/// <param name="Host">The name that all silos' certificates are for.</param>
public sealed record SiloCertificates(X509Certificate2 Certificate, X509Certificate2Collection Authorities, string Host)
{
    /// <summary>Whether a certificate is of one of the authorities, and for the silos' name.</summary>
    public bool Accepts(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(Authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate) && certificate.MatchesHostname(Host);
    }

    /// <summary>Uses them for all connections of a silo.</summary>
    internal void Secure(ISiloBuilder silo) => silo.UseTls(options =>
    {
        options.LocalCertificate = Certificate;
        options.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
        options.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
        options.SslProtocols = SslProtocols.Tls13;
        options.RemoteCertificateValidation = (certificate, _, _) => Accepts(certificate);
        options.OnAuthenticateAsClient = (_, client) => client.TargetHost = Host;
    });

    /// <summary>Reads what a command line names; null when it names none.</summary>
    /// <exception cref="SetupException">It names some and not all, or a file holds something else.</exception>
    internal static SiloCertificates? Read(SiloArguments line)
    {
        var (certificate, key, authorities, host) = (line.Take("tls-certificate"), line.Take("tls-key"), line.Take("tls-authorities"), line.Take("tls-host", "kv-silo"));
        if (certificate is null && key is null && authorities is null) return null;
        if (certificate is null || key is null || authorities is null)
            throw new SetupException("A certificate between silos needs its key and its authorities.", "Give --tls-certificate, --tls-key and --tls-authorities together.");
        try
        {
            var trusted = new X509Certificate2Collection();
            trusted.ImportFromPemFile(authorities);
            if (trusted.Count == 0) throw new SetupException($"The file '{authorities}' has no authority.", "It is PEM.");
            return new SiloCertificates(X509Certificate2.CreateFromPemFile(certificate, key), trusted, host);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"The certificate between silos can't be read: {exception.Message}", "All three files are PEM, and the key is not encrypted.");
        }
    }
}
