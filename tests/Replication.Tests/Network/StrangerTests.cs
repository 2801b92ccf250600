using System.Net.Sockets;
using KvStore.Protocol;
using KvStore.Replication.Pool;
using KvStore.Replication.Pool.Network;

namespace KvStore.Replication.Tests.Network;

/// <summary>Connections that never introduce themselves cost a bounded amount and change nothing.</summary>
public sealed class StrangerTests
{
    [Fact]
    public async Task One_address_can_not_fill_all_places()
    {
        var limits = new PoolNetworkLimits { StrangersPerAddressMax = 3, IntroductionTimeout = TimeSpan.FromMinutes(10) };
        await using var pool = TestPool.Of(2);
        await pool.StartNodeAsync(0, limits);
        var idle = new List<Socket>();
        for (var i = 0; i < 5; i++) idle.Add(await RawConnection.ConnectAsync(pool[0].Endpoint));
        await Task.WhenAll(idle.Take(2).Select(RawConnection.UntilClosed));

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
        await RawConnection.UntilClosed(socket);

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
}
