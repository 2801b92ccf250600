using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KvStore.Protocol;

namespace KvStore.Replication.Pool.Network;

/// <summary>
/// How nodes speak TLS: version 1.3, a certificate on both sides, no resumption, so that each connection proves both certificates' keys anew. With self-issued
/// certificates any is taken: the introduction binds it to a node's key.
/// </summary>
internal sealed class TlsSettings : IDisposable
{
    private readonly X509Certificate2 _certificate;
    private readonly SslStreamCertificateContext _context;
    private readonly X509Certificate2Collection? _authorities;
    private readonly bool _ownsCertificate;

    public TlsSettings(PeerCertificates? operators)
    {
        _ownsCertificate = operators is null;
        _certificate = operators?.Certificate ?? SelfIssue();
        _context = SslStreamCertificateContext.Create(_certificate, operators?.Intermediates, offline: true);
        _authorities = operators?.Authorities;
        Own = NameOf(_certificate);
    }

    /// <summary>The name of this node's certificate.</summary>
    public Digest Own { get; }

    /// <summary>The name of a certificate: its SHA-256.</summary>
    public static Digest NameOf(X509Certificate certificate) => Digest.Of(certificate.GetRawCertData());

    /// <summary>The listener's side.</summary>
    public SslServerAuthenticationOptions Server() => new()
    {
        ServerCertificateContext = _context,
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls13,
        AllowRenegotiation = false,
        AllowTlsResume = false,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = ChainPolicy(),
        RemoteCertificateValidationCallback = Accepts,
    };

    /// <summary>The dialler's side.</summary>
    public SslClientAuthenticationOptions Client() => new()
    {
        ClientCertificateContext = _context,
        TargetHost = "", // Names are not trusted, so none is asked for.
        EnabledSslProtocols = SslProtocols.Tls13,
        AllowRenegotiation = false,
        AllowTlsResume = false,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = ChainPolicy(),
        RemoteCertificateValidationCallback = Accepts,
    };

    public void Dispose()
    {
        if (_ownsCertificate) _certificate.Dispose();
    }

    // Nothing is trusted but what the operator named, and a stranger's certificate can't make this node fetch anything.
    private X509ChainPolicy ChainPolicy()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        if (_authorities is not null) policy.CustomTrustStore.AddRange(_authorities);
        return policy;
    }

    private bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        certificate is not null && (_authorities is null || (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None);

    // Its dates say nothing: it lives as long as this process, and the introduction is what vouches for it.
    private static X509Certificate2 SelfIssue()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=kvstore node", key, HashAlgorithmName.SHA256);
        var now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddDays(-1), now.AddYears(10));
    }
}
