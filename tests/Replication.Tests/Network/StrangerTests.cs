using System.Net;
using System.Net.Sockets;
using KvStore.Protocol;
using KvStore.Replication.Pool;
using KvStore.Replication.Pool.Network;

namespace KvStore.Replication.Tests.Network;

/// <summary>Connections that never introduce themselves cost a bounded amount and change nothing.</summary>
public sealed class StrangerTests
{
    private const int IdleConnections = 10_000;
    private const int Addresses = 10;

    // What else the process has open: files of the runtime, and what other tests do meanwhile.
    private const int OtherFiles = 2000;
    private const long BytesMax = 64L * 1024 * 1024;

    [Fact]
    public async Task Ten_thousand_idle_connections_change_nothing_and_keep_no_peer_out()
    {
        var limits = new PoolNetworkLimits { IntroductionTimeout = TimeSpan.FromMinutes(10) };
        await using var pool = await TestPool.StartAsync(2, limits);
        var (transport, _) = pool.Attach(0);
        var (_, sink) = pool.Attach(1);
        await pool.ConnectedAsync();
        var count = OpenFiles.Max() is { } most && most < IdleConnections + OtherFiles ? (int)most - OtherFiles : IdleConnections;
        if (count < IdleConnections) TestContext.Current.SendDiagnosticMessage($"Only {count} idle connections: the limit of open files (ulimit -n) is {OpenFiles.Max()}.");
        Assert.True(count > 2 * limits.StrangersMax, $"The limit of open files (ulimit -n), {OpenFiles.Max()}, is too low to say anything.");

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var idle = new List<Socket>(count);
        for (var i = 0; i < count; i++) idle.Add(await RawConnection.ConnectAsync(pool[1].Endpoint, AddressOf(i)));
        await Task.WhenAll(idle.Take(count - limits.StrangersMax).Select(UntilClosed)); // The oldest had to go, one for one.
        Assert.Equal(limits.StrangersMax, pool[1].Strangers);
        Assert.Equal(count - limits.StrangersMax, pool[1].Refused[RefusalKind.Crowded]);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, BytesMax); // With the other ends, which are in this process too.

        transport.Broadcast(TestPool.Numbered(1));
        Assert.Equal(1UL, (await sink.NextPlain<ReadIndexQuery>(from: 0)).Round);
        await using var dialledAmongThem = await RawConnection.JoinAsync(pool, self: 0, to: 1);
        await dialledAmongThem.SendAsync(pool.Context, TestPool.Numbered(2));
        Assert.Equal(2UL, (await sink.NextPlain<ReadIndexQuery>(from: 0)).Round);
        foreach (var socket in idle) socket.Dispose();
    }

    [Fact]
    public async Task One_address_can_not_fill_all_places()
    {
        var limits = new PoolNetworkLimits { StrangersPerAddressMax = 3, IntroductionTimeout = TimeSpan.FromMinutes(10) };
        await using var pool = TestPool.Of(2);
        await pool.StartNodeAsync(0, limits);
        var idle = new List<Socket>();
        for (var i = 0; i < 5; i++) idle.Add(await RawConnection.ConnectAsync(pool[0].Endpoint));
        await Task.WhenAll(idle.Take(2).Select(UntilClosed));

        Assert.Equal(3, pool[0].Strangers);
        foreach (var socket in idle) socket.Dispose();
    }

    [Fact]
    public async Task Whoever_is_slow_with_the_handshake_is_closed()
    {
        await using var pool = TestPool.Of(2);
        await pool.StartNodeAsync(0, new PoolNetworkLimits { IntroductionTimeout = TimeSpan.FromMilliseconds(50) });
        using var socket = await RawConnection.ConnectAsync(pool[0].Endpoint);
        await socket.SendAsync(new byte[] { 0x16, 0x03 });
        await UntilClosed(socket);

        await pool.Logs[0].Until(1106, ("Kind", RefusalKind.Tls));
    }

    [Fact]
    public async Task Whoever_is_slow_with_the_introduction_is_closed()
    {
        var clock = new ShiftedClock();
        var limits = new PoolNetworkLimits { IntroductionTimeout = TimeSpan.FromMinutes(10) };
        await using var pool = TestPool.Of(2);
        await pool.StartNodeAsync(pool.OptionsOf(0, limits) with { Clock = clock });
        await using var slow = await RawConnection.DialAsync(pool[0].Endpoint);
        await slow.ReadFrameAsync(FrameKind.Challenge);
        await slow.WriteAsync([Introduction.HelloLength + 1]);
        clock.PutForward(limits.IntroductionTimeout);
        await slow.UntilClosedAsync();

        await pool.Logs[0].Until(1106, ("Kind", RefusalKind.TooSlow));
    }

    // No address has so many connections that it runs out of ports, or that its own bound is met before that of all.
    private static IPAddress AddressOf(int connection) => new([127, 0, 0, (byte)(2 + connection % Addresses)]);

    private static async Task UntilClosed(Socket socket)
    {
        var buffer = new byte[16];
        try
        {
            while (await socket.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromSeconds(60)) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset: closed, too.
        }
    }
}
