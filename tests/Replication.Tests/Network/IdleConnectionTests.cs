using System.Net;
using System.Net.Sockets;
using KvStore.Protocol;
using KvStore.Replication.Pool;

namespace KvStore.Replication.Tests.Network;

/// <summary>Alone, because it looks at the memory of the process.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class IdleConnections;

/// <summary>Ten thousand connections that say nothing cost a bounded amount and change nothing.</summary>
[Collection<IdleConnections>]
public sealed class IdleConnectionTests
{
    private const int ConnectionsMax = 10_000;
    private const int Addresses = 10;

    // What else the process has open.
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
        var count = OpenFiles.Max() is { } most && most < ConnectionsMax + OtherFiles ? (int)most - OtherFiles : ConnectionsMax;
        if (count < ConnectionsMax) TestContext.Current.TestOutputHelper?.WriteLine($"Only {count} idle connections: the limit of open files (ulimit -n) is {OpenFiles.Max()}.");
        Assert.True(count > 2 * limits.StrangersMax, $"The limit of open files (ulimit -n), {OpenFiles.Max()}, is too low to say anything.");

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var idle = new Socket[count];
        await Parallel.ForEachAsync(Enumerable.Range(0, count), async (i, _) => idle[i] = await RawConnection.ConnectAsync(pool[1].Endpoint, AddressOf(i)));
        await UntilClosed(idle, count - limits.StrangersMax); // For each that is too many, one that was there before had to go.
        Assert.Equal(limits.StrangersMax, pool[1].Strangers);
        Assert.Equal(count - limits.StrangersMax, pool[1].Refused[RefusalKind.Crowded]);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        TestContext.Current.TestOutputHelper?.WriteLine($"{count} idle connections, with both ends in this process, took {grown / 1024} KiB.");
        Assert.InRange(grown, long.MinValue, BytesMax);

        transport.Broadcast(TestPool.Numbered(1));
        Assert.Equal(1UL, (await sink.NextPlain<ReadIndexQuery>(from: 0)).Round);
        await using var dialledAmongThem = await RawConnection.JoinAsync(pool, self: 0, to: 1);
        await dialledAmongThem.SendAsync(pool.Context, TestPool.Numbered(2));
        Assert.Equal(2UL, (await sink.NextPlain<ReadIndexQuery>(from: 0)).Round);
        foreach (var socket in idle) socket.Dispose();
    }

    private static async Task UntilClosed(Socket[] sockets, int count)
    {
        await foreach (var closed in Task.WhenEach(sockets.Select(RawConnection.UntilClosed)))
        {
            await closed;
            if (--count == 0) return;
        }
    }

    // No address has so many connections that it runs out of ports, or that its own bound is met before that of all.
    private static IPAddress AddressOf(int connection) => new([127, 0, 0, (byte)(2 + connection % Addresses)]);
}
