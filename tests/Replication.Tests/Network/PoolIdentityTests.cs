using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using KvStore.Protocol;
using KvStore.Replication.Pool;
using KvStore.Replication.Pool.Network;

namespace KvStore.Replication.Tests.Network;

/// <summary>Who is at the other end of a connection is proven by its node key, for this cluster and this connection.</summary>
public sealed class PoolIdentityTests : IAsyncLifetime
{
    private readonly TestPool _pool = TestPool.Of(3);
    private RecordingSink _sink = null!;

    public async ValueTask InitializeAsync()
    {
        await _pool.StartNodeAsync(0);
        (_, _sink) = _pool.Attach(0);
    }

    public ValueTask DisposeAsync() => _pool.DisposeAsync();

    [Fact]
    public async Task Whoever_holds_a_nodes_key_is_that_node()
    {
        await using var connection = await RawConnection.JoinAsync(_pool, self: 2, to: 0);
        await connection.SendAsync(_pool.Context, TestPool.Numbered(7));

        Assert.Equal(7UL, (await _sink.NextPlain<ReadIndexQuery>(from: 2)).Round);
        Assert.True(_pool[0].Peers[1].Receiving);
        Assert.Empty(_pool[0].Refused);
    }

    [Fact]
    public Task A_node_of_another_cluster_is_refused() =>
        IsRefused(RefusalKind.OtherCluster, (connection, _) => Hello(connection, new ClusterId(Digest.Of("other"u8)), 1, 0, _pool.Keys[1]));

    [Fact]
    public Task The_node_itself_is_refused() => IsRefused(RefusalKind.WrongNode, (connection, cluster) => Hello(connection, cluster, 0, 0, _pool.Keys[0]));

    [Fact]
    public Task A_node_that_there_is_not_is_refused() => IsRefused(RefusalKind.WrongNode, (connection, cluster) => Hello(connection, cluster, 3, 0, _pool.Keys[1]));

    [Fact]
    public Task A_node_that_means_another_is_refused() => IsRefused(RefusalKind.WrongNode, (connection, cluster) => Hello(connection, cluster, 1, 2, _pool.Keys[1]));

    [Fact]
    public Task A_node_under_anothers_index_is_refused() => IsRefused(RefusalKind.WrongKey, (connection, cluster) => Hello(connection, cluster, 1, 0, _pool.Keys[2]));

    [Fact]
    public Task An_introduction_for_a_connection_with_another_certificate_is_refused() => IsRefused(RefusalKind.WrongKey, async (connection, cluster) =>
    {
        // What a node in the middle could do: pass on what another node signed for its connection with it.
        var introduction = await connection.PrepareHelloAsync(cluster, 1, 0);
        var elsewhere = introduction with { Ends = introduction.Ends with { Dialler = Digest.Of("another certificate"u8) } };
        await connection.WriteAsync(introduction.EncodeHello(_pool.Keys[1].Sign(elsewhere.HelloBytes())));
    });

    [Fact]
    public Task A_welcome_is_no_hello() => IsRefused(RefusalKind.WrongKey, async (connection, cluster) =>
    {
        var introduction = await connection.PrepareHelloAsync(cluster, 1, 0);
        await connection.WriteAsync(introduction.EncodeHello(_pool.Keys[1].Sign(introduction.WelcomeBytes())));
    });

    [Fact]
    public async Task A_repeated_introduction_is_refused_even_with_the_same_certificate()
    {
        using var certificate = RawConnection.SelfIssue();
        await using var first = await RawConnection.DialAsync(_pool[0].Endpoint, certificate);
        var introduction = await first.PrepareHelloAsync(_pool.Genesis.Cluster, 1, 0);
        var hello = introduction.EncodeHello(_pool.Keys[1].Sign(introduction.HelloBytes()));
        await first.WriteAsync(hello);
        await first.ReadFrameAsync(FrameKind.Welcome);

        await using var second = await RawConnection.DialAsync(_pool[0].Endpoint, certificate);
        await second.ReadFrameAsync(FrameKind.Challenge);
        await second.WriteAsync(hello);
        await second.UntilClosedAsync();

        Assert.Equal(RefusalKind.WrongKey, Assert.Single(_pool[0].Refused).Key);
        Assert.True(_pool[0].Peers[0].Receiving);
    }

    [Fact]
    public async Task A_message_instead_of_an_introduction_is_refused() => await IsRefused(
        RefusalKind.Malformed, (connection, _) => connection.WriteAsync(RawConnection.MessageFrame(_pool.Context, TestPool.Numbered(1))));

    [Fact]
    public async Task Plain_text_is_refused()
    {
        using var socket = await RawConnection.ConnectAsync(_pool[0].Endpoint);
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: node\r\n\r\n"u8.ToArray());
        await _pool.Logs[0].Until(1106, ("Kind", RefusalKind.Tls));
    }

    [Fact]
    public async Task TLS_1_2_is_refused()
    {
        await Assert.ThrowsAnyAsync<Exception>(() => RawConnection.DialAsync(_pool[0].Endpoint, protocols: SslProtocols.Tls12));
        await _pool.Logs[0].Until(1106, ("Kind", RefusalKind.Tls));
    }

    [Fact]
    public async Task A_dialler_without_a_certificate_is_refused()
    {
        using var socket = await RawConnection.ConnectAsync(_pool[0].Endpoint);
        await using var tls = new SslStream(new NetworkStream(socket), leaveInnerStreamOpen: true, (_, certificate, _, _) => certificate is not null);
        await tls.AuthenticateAsClientAsync("anything");
        await _pool.Logs[0].Until(1106, ("Kind", RefusalKind.Tls));
    }

    [Fact]
    public async Task Nothing_is_sent_to_a_node_that_does_not_hold_the_key_of_the_one_that_was_dialled()
    {
        using var listener = RawConnection.Listen();
        _pool[0].SetAddress(new ReplicaId(1), listener.LocalEndPoint!.ToString()!);
        await using var impostor = await RawConnection.AcceptAsync(listener);
        await impostor.WelcomeAsync(_pool, self: 2);
        await impostor.UntilClosedAsync();

        await _pool.Logs[0].Until(1106, ("Kind", RefusalKind.WrongKey));
        Assert.False(_pool[0].Peers[0].Sending);
    }

    private async Task IsRefused(RefusalKind kind, Func<RawConnection, ClusterId, Task> introduce)
    {
        await using var connection = await RawConnection.DialAsync(_pool[0].Endpoint);
        await introduce(connection, _pool.Genesis.Cluster);
        await connection.UntilClosedAsync();

        await _pool.Logs[0].Until(1106, ("Kind", kind));
        Assert.Equal(kind, Assert.Single(_pool[0].Refused).Key);
        Assert.All(_pool[0].Peers, peer => Assert.False(peer.Receiving));
    }

    private static async Task Hello(RawConnection connection, ClusterId cluster, int self, int to, Ed25519PrivateKey key)
    {
        var introduction = await connection.PrepareHelloAsync(cluster, self, to);
        await connection.WriteAsync(introduction.EncodeHello(key.Sign(introduction.HelloBytes())));
    }
}
