using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using KvStore.Protocol;
using KvStore.Replication.Pool;
using KvStore.Replication.Setup;
using KvStore.Replication.Tests.Setup;

namespace KvStore.Replication.Tests.Network;

/// <summary>An operator's certificates: an authority decides who may come as far as introducing itself, and only the node's key says who it is.</summary>
public sealed class PoolCertificateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kv-certificates-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Nodes_with_certificates_of_one_authority_talk()
    {
        using var authority = Authority();
        await using var pool = TestPool.Of(2);
        for (var node = 0; node < 2; node++) await pool.StartNodeAsync(pool.OptionsOf(node) with { Certificates = Certified(authority, $"node{node}") });
        var (sender, receiver) = (pool.Attach(0), pool.Attach(1));
        await pool.ConnectedAsync();

        sender.Transport.Broadcast(TestPool.Numbered(1));
        Assert.Equal(1UL, (await receiver.Sink.NextPlain<ReadIndexQuery>(from: 0)).Round);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_refused_although_the_node_key_is_right()
    {
        using var authority = Authority();
        using var another = Authority();
        await using var pool = TestPool.Of(2);
        await pool.StartNodeAsync(pool.OptionsOf(0) with { Certificates = Certified(authority, "node0") });
        using var certificate = Issue(another, "node1");
        await using var connection = await RawConnection.DialAsync(pool[0].Endpoint, certificate);
        await connection.UntilClosedAsync();

        await pool.Logs[0].Until(1106, ("Kind", RefusalKind.Tls));
    }

    [Fact]
    public async Task A_self_issued_listener_is_refused_by_a_node_that_has_an_authority()
    {
        using var authority = Authority();
        await using var pool = TestPool.Of(2);
        await pool.StartNodeAsync(1);
        await pool.StartNodeAsync(pool.OptionsOf(0) with { Certificates = Certified(authority, "node0") });

        await pool.Logs[0].Until(1103, ("Address", pool[1].Endpoint.ToString()));
        Assert.False(pool[0].Peers[0].Sending);
    }

    [Fact]
    public async Task A_certificate_of_the_authority_does_not_make_a_node()
    {
        using var authority = Authority();
        await using var pool = TestPool.Of(3);
        await pool.StartNodeAsync(pool.OptionsOf(0) with { Certificates = Certified(authority, "node0") });
        using var certificate = Issue(authority, "node1");
        await using var connection = await RawConnection.DialAsync(pool[0].Endpoint, certificate);
        var introduction = await connection.PrepareHelloAsync(pool.Genesis.Cluster, 1, 0);
        await connection.WriteAsync(introduction.EncodeHello(pool.Keys[2].Sign(introduction.HelloBytes())));
        await connection.UntilClosedAsync();

        await pool.Logs[0].Until(1106, ("Kind", RefusalKind.WrongKey));
    }

    [Fact]
    public void Files_that_are_no_certificate_are_refused_with_what_they_should_be()
    {
        using var authority = Authority();
        using var another = Authority();
        _ = Certified(authority, "node0");
        _ = Certified(another, "node1");
        string File(string name) => Path.Combine(_folder, name);
        System.IO.File.WriteAllText(File("garbage"), "garbage");
        Assert.Contains("can't be read", Refused(File("missing"), File("node0.key"), File("node0.ca")), StringComparison.Ordinal);
        Assert.Contains("can't be read", Refused(File("garbage"), File("node0.key"), File("node0.ca")), StringComparison.Ordinal);
        Assert.Contains("can't be read", Refused(File("node0.pem"), File("node1.key"), File("node0.ca")), StringComparison.Ordinal);
        Assert.Contains("no authority", Refused(File("node0.pem"), File("node0.key"), File("garbage")), StringComparison.Ordinal);
    }

    private string Refused(string certificate, string key, string authorities) => Assert.Throws<SetupException>(() => Configured(certificate, key, authorities)).Message;

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=an authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var issued = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256)
            .Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), Guid.NewGuid().ToByteArray());
        return issued.CopyWithPrivateKey(key);
    }

    // By way of files, as an operator gives them.
    private PeerCertificates Certified(X509Certificate2 authority, string name)
    {
        var (certificate, key, authorities) = (Path.Combine(_folder, $"{name}.pem"), Path.Combine(_folder, $"{name}.key"), Path.Combine(_folder, $"{name}.ca"));
        using var issued = Issue(authority, name);
        using var secret = issued.GetECDsaPrivateKey()!;
        File.WriteAllText(certificate, issued.ExportCertificatePem());
        File.WriteAllText(key, secret.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(authorities, authority.ExportCertificatePem());
        return Configured(certificate, key, authorities)!;
    }

    private PeerCertificates? Configured(string certificate, string key, string authorities)
    {
        File.WriteAllText(Path.Combine(_folder, NodeConfig.FileName), JsonSerializer.Serialize(new { peerCertificate = certificate, peerCertificateKey = key, peerAuthorities = authorities }));
        return PeerCertificates.Of(SetupFolder.Config(_folder));
    }
}
