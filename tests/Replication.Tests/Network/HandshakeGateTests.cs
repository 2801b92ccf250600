using System.Net;
using KvStore.Protocol;
using KvStore.Replication.Pool;
using KvStore.Replication.Pool.Network;

namespace KvStore.Replication.Tests.Network;

/// <summary>Strangers can make a node compute only so many TLS handshakes, and keep no peer out by it.</summary>
public sealed class HandshakeGateTests
{
    private static readonly PoolNetworkLimits _limits = new() { HandshakesOfStrangersMax = 5, HandshakesOfPeerMax = 2, HandshakesPerSecond = 1 };

    private readonly ShiftedClock _clock = new();
    private readonly HandshakeGate _gate;

    public HandshakeGateTests() => _gate = new HandshakeGate(_limits, nodes: 4, _clock);

    [Fact]
    public void Strangers_share_a_burst_from_however_many_addresses_they_come()
    {
        Assert.Equal(5, Enumerable.Range(0, 100).Count(host => _gate.TryPass(At($"10.0.0.{host}"))));
    }

    [Fact]
    public void Where_a_peer_is_known_to_be_strangers_take_nothing_away()
    {
        _gate.Know(new ReplicaId(1), At("10.1.0.1"));
        for (var i = 0; i < 100; i++) _gate.TryPass(At("10.0.0.1"));
        Assert.True(_gate.TryPass(At("::ffff:10.1.0.1"))); // The same address, as a listener for both versions says it.
        Assert.False(_gate.TryPass(At("10.0.0.2")));
    }

    [Fact]
    public void Nor_does_one_peer_from_another_that_has_its_own_address()
    {
        _gate.Know(new ReplicaId(1), At("10.1.0.1"));
        _gate.Know(new ReplicaId(2), At("10.1.0.2"));
        for (var i = 0; i < 100; i++) _gate.TryPass(At("10.1.0.1"));
        Assert.True(_gate.TryPass(At("10.1.0.2")));
    }

    [Fact]
    public void Time_brings_new_ones_and_no_more_than_the_burst()
    {
        for (var i = 0; i < 100; i++) _gate.TryPass(At("10.0.0.1"));
        _clock.PutForward(TimeSpan.FromHours(1));
        Assert.Equal(5, Enumerable.Range(0, 100).Count(_ => _gate.TryPass(At("10.0.0.1"))));
    }

    [Fact]
    public async Task A_handshake_too_many_is_refused_and_a_peer_still_gets_in()
    {
        await using var pool = TestPool.Of(2);
        await pool.StartNodeAsync(0, new PoolNetworkLimits { HandshakesOfStrangersMax = 2, HandshakesPerSecond = 0, HandshakesOfPeerMax = 1000 });
        await pool.StartNodeAsync(1);
        await pool.ConnectedAsync(); // Node 1 is known from now on, and whoever shares its address. It has used one, unless node 0 had dialled it before.
        using var stranger = await RawConnection.ConnectAsync(pool[0].Endpoint, from: IPAddress.Parse("127.0.0.9"));
        using var another = await RawConnection.ConnectAsync(pool[0].Endpoint, from: IPAddress.Parse("127.0.0.9"));
        using var third = await RawConnection.ConnectAsync(pool[0].Endpoint, from: IPAddress.Parse("127.0.0.9"));
        await RawConnection.BeginTlsAsync(stranger);
        await RawConnection.BeginTlsAsync(another);
        await RawConnection.BeginTlsAsync(third);

        await pool.Logs[0].Until(1106, ("Kind", RefusalKind.Hasty));
        await using var peer = await RawConnection.JoinAsync(pool, self: 1, to: 0);
    }

    private static IPEndPoint At(string address) => new(IPAddress.Parse(address), 1);
}
