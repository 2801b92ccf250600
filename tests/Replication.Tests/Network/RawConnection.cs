using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KvStore.Protocol;
using KvStore.Replication.Pool.Network;

namespace KvStore.Replication.Tests.Network;

/// <summary>One end of a connection between nodes as a stranger or a faulty peer would write it: every step is the test's own.</summary>
internal sealed class RawConnection : IAsyncDisposable
{
    private static readonly TimeSpan FailureBound = TimeSpan.FromSeconds(60);

    private readonly Socket _socket;
    private readonly SslStream _tls;
    private readonly X509Certificate2 _certificate;
    private readonly bool _dialled;

    private RawConnection(Socket socket, SslStream tls, X509Certificate2 certificate, bool dialled) => (_socket, _tls, _certificate, _dialled) = (socket, tls, certificate, dialled);

    /// <summary>Both ends, by their certificates.</summary>
    public TlsEnds Ends => _dialled ? new TlsEnds(TlsSettings.NameOf(_certificate), Remote) : new TlsEnds(Remote, TlsSettings.NameOf(_certificate));

    private Digest Remote => TlsSettings.NameOf(_tls.RemoteCertificate!);

    /// <summary>Dials, with a certificate of its own unless another is given.</summary>
    public static async Task<RawConnection> DialAsync(IPEndPoint to, X509Certificate2? certificate = null, SslProtocols protocols = SslProtocols.Tls13)
    {
        certificate ??= SelfIssue();
        var socket = await ConnectAsync(to);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "anything",
            ClientCertificates = [certificate],
            LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate,
            EnabledSslProtocols = protocols,
            RemoteCertificateValidationCallback = (_, remote, _, _) => remote is not null,
        }).WaitAsync(FailureBound);
        return new RawConnection(socket, tls, certificate, dialled: true);
    }

    /// <summary>Waits for somebody to dial.</summary>
    public static async Task<RawConnection> AcceptAsync(Socket listener)
    {
        var certificate = SelfIssue();
        var socket = await listener.AcceptAsync().WaitAsync(FailureBound);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = certificate,
            ClientCertificateRequired = true,
            EnabledSslProtocols = SslProtocols.Tls13,
            RemoteCertificateValidationCallback = (_, remote, _, _) => remote is not null,
        }).WaitAsync(FailureBound);
        return new RawConnection(socket, tls, certificate, dialled: false);
    }

    /// <summary>Connects, from another address than usual if one is given.</summary>
    public static async Task<Socket> ConnectAsync(IPEndPoint to, IPAddress? from = null)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (from is not null) socket.Bind(new IPEndPoint(from, 0));
        await socket.ConnectAsync(to).WaitAsync(FailureBound);
        return socket;
    }

    /// <summary>Carries out a TLS handshake with a certificate, however it ends.</summary>
    public static async Task BeginTlsAsync(Socket socket)
    {
        using var certificate = SelfIssue();
        await using var tls = new SslStream(new NetworkStream(socket), leaveInnerStreamOpen: true, (_, remote, _, _) => remote is not null);
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "anything", ClientCertificates = [certificate] }).WaitAsync(FailureBound);
        }
        catch (Exception refused) when (refused is IOException or AuthenticationException)
        {
            // Which of the two sides minds it, and when, is TLS's affair.
        }
    }

    public static Socket Listen()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        return socket;
    }

    public static X509Certificate2 SelfIssue()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=anybody", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    /// <summary>Dials and introduces itself as a node rightly would.</summary>
    public static async Task<RawConnection> JoinAsync(TestPool pool, int self, int to)
    {
        var connection = await DialAsync(pool[to].Endpoint);
        var introduction = await connection.PrepareHelloAsync(pool.Genesis.Cluster, self, to);
        await connection.WriteAsync(introduction.EncodeHello(pool.Keys[self].Sign(introduction.HelloBytes())));
        await connection.ReadFrameAsync(FrameKind.Welcome);
        return connection;
    }

    /// <summary>Answers a node that dialled, as the one that it means rightly would.</summary>
    public async Task WelcomeAsync(TestPool pool, int self)
    {
        var challenge = ConnectionNonce.Draw();
        await WriteAsync(Introduction.EncodeChallenge(challenge));
        var (claimed, _) = Introduction.DecodeHello(await ReadFrameAsync(FrameKind.Hello), Ends, challenge);
        await WriteAsync(Introduction.EncodeWelcome(pool.Keys[self].Sign(claimed.WelcomeBytes())));
    }

    /// <summary>Takes the challenge, and makes what a hello has to sign.</summary>
    public async Task<Introduction> PrepareHelloAsync(ClusterId cluster, int self, int to)
    {
        var challenge = Introduction.DecodeChallenge(await ReadFrameAsync(FrameKind.Challenge));
        return new Introduction(cluster, new ReplicaId((ushort)self), new ReplicaId((ushort)to), Ends, challenge, ConnectionNonce.Draw());
    }

    public Task WriteAsync(byte[] bytes) => _tls.WriteAsync(bytes, TestContext.Current.CancellationToken).AsTask().WaitAsync(FailureBound);

    /// <summary>Sends a message as a node would.</summary>
    public Task SendAsync(StatementContext context, PeerMessage message) => WriteAsync(MessageFrame(context, message));

    public static byte[] MessageFrame(StatementContext context, PeerMessage message)
    {
        var writer = new CanonicalWriter();
        Frames.Begin(writer, FrameKind.Message);
        writer.UInt32(context.Group.Number);
        MessageCodec.Encode(writer, context, message);
        return Frames.End(writer);
    }

    public static byte[] Frame(FrameKind kind, byte[] body)
    {
        var writer = new CanonicalWriter();
        Frames.Begin(writer, kind);
        writer.Fixed(body);
        return Frames.End(writer);
    }

    /// <summary>The body of the next frame, which must be of this kind.</summary>
    public async Task<byte[]> ReadFrameAsync(FrameKind kind)
    {
        var (found, body) = await ReadFrameAsync();
        Assert.Equal(kind, found);
        return body;
    }

    /// <summary>The next frame.</summary>
    public async Task<(FrameKind Kind, byte[] Body)> ReadFrameAsync()
    {
        var header = new byte[Frames.HeaderLength];
        await _tls.ReadExactlyAsync(header).AsTask().WaitAsync(FailureBound);
        var body = new byte[BinaryPrimitives.ReadInt32LittleEndian(header) - 1];
        await _tls.ReadExactlyAsync(body).AsTask().WaitAsync(FailureBound);
        return ((FrameKind)header[4], body);
    }

    /// <summary>Waits for the other end of a connection without TLS to close.</summary>
    public static async Task UntilClosed(Socket socket)
    {
        var buffer = new byte[16];
        try
        {
            while (await socket.ReceiveAsync(buffer).WaitAsync(FailureBound) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset: closed, too.
        }
    }

    /// <summary>Waits for the other end to close.</summary>
    public async Task UntilClosedAsync()
    {
        var rest = new byte[4096];
        try
        {
            while (await _tls.ReadAsync(rest).AsTask().WaitAsync(FailureBound) > 0)
            {
            }
        }
        catch (IOException)
        {
            // Reset: closed, too.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _tls.DisposeAsync();
        _socket.Dispose();
        _certificate.Dispose();
    }
}
