using System.Buffers.Binary;
using System.Text;
using KvStore.Protocol;
using KvStore.Replication.Pool;
using KvStore.Replication.Pool.Network;

namespace KvStore.Replication.Tests.Network;

/// <summary>A member that holds its key and sends what no member sends: node 2 of three. Nodes 0 and 1 must not notice.</summary>
public sealed class HostilePeerTests
{
    [Theory]
    [InlineData("no frames at all, only words")]
    [InlineData("\u0001\0\0\0\u0009")]
    [InlineData("\u0009\0\0\0\u0005too long for a ping")]
    public Task Garbage_ends_the_connection_and_is_counted(string bytes) => EndsTheConnection(Encoding.Latin1.GetBytes(bytes.PadRight(64, '\0')));

    [Fact]
    public Task A_frame_whose_message_is_garbage_ends_the_connection() =>
        EndsTheConnection(RawConnection.Frame(FrameKind.Message, [0, 0, 0, 0, 1, 2, 3]), RejectionKind.Malformed, RejectionKind.Malformed);

    [Fact]
    public Task A_message_that_is_too_short_to_name_its_group_ends_the_connection() => EndsTheConnection(RawConnection.Frame(FrameKind.Message, [0, 0]), RejectionKind.Malformed);

    [Fact]
    public Task A_second_introduction_ends_the_connection() => EndsTheConnection(RawConnection.Frame(FrameKind.Hello, new byte[Introduction.HelloLength]), RejectionKind.Malformed);

    [Fact]
    public async Task A_frame_longer_than_any_message_ends_the_connection_before_its_content_is_there()
    {
        var header = new byte[Frames.HeaderLength];
        BinaryPrimitives.WriteInt32LittleEndian(header, Frames.LengthMax + 1);
        header[4] = (byte)FrameKind.Message;
        await EndsTheConnection(header, RejectionKind.Oversized);
    }

    [Fact]
    public Task A_piece_of_nothing_ends_the_connection() => EndsTheConnection(RawConnection.Frame(FrameKind.Part, []), RejectionKind.Malformed);

    [Fact]
    public Task Pieces_that_are_longer_together_than_any_message_end_the_connection()
    {
        var piece = RawConnection.Frame(FrameKind.Part, new byte[1024 * 1024]);
        return EndsTheConnection([.. Enumerable.Repeat(piece, MessageCodec.BytesMax / (1024 * 1024) + 1).SelectMany(each => each)], RejectionKind.Oversized);
    }

    [Fact]
    public async Task A_peer_of_which_the_replica_rejects_too_much_is_shut_out_as_well()
    {
        await using var pool = TestPool.Of(2);
        var limits = new PoolNetworkLimits { RejectionsMax = 3 };
        await pool.StartNodeAsync(0, limits);
        await using var peer = await RawConnection.JoinAsync(pool, self: 1, to: 0);
        await pool.Logs[0].Until(1104, ("Peer", 1));
        for (var i = 0; i <= limits.RejectionsMax; i++) pool[0].OnRejected(RejectionKind.Equivocation, new ReplicaId(1));

        await peer.UntilClosedAsync();
        Assert.True(pool[0].Peers[0].ShutOut);
        Assert.Equal(limits.RejectionsMax + 1, pool[0].Peers[0].Rejected[RejectionKind.Equivocation]);
    }

    [Fact]
    public async Task A_frame_that_is_cut_off_is_nothing()
    {
        await using var pool = await TestPool.StartAsync(2);
        var (_, sink) = pool.Attach(0);
        await pool.StopNodeAsync(1);
        await using (var cut = await RawConnection.JoinAsync(pool, self: 1, to: 0))
        {
            await cut.WriteAsync(RawConnection.MessageFrame(pool.Context, TestPool.Numbered(1))[..^1]);
        }

        await using var whole = await RawConnection.JoinAsync(pool, self: 1, to: 0);
        await whole.SendAsync(pool.Context, TestPool.Numbered(2));
        Assert.Equal(2UL, (await sink.NextPlain<ReadIndexQuery>(from: 1)).Round);
        Assert.Empty(pool[0].Peers[0].Rejected);
    }

    [Fact]
    public async Task A_peer_that_has_too_much_rejected_is_shut_out_and_let_back_later()
    {
        var clock = new ShiftedClock();
        await using var pool = TestPool.Of(2);
        var limits = new PoolNetworkLimits { RejectionsMax = 3, DeadAfter = TimeSpan.FromHours(1) };
        await pool.StartNodeAsync(pool.OptionsOf(0, limits) with { Clock = clock });
        var (_, sink) = pool.Attach(0);
        var forged = new StatementMessage(TestPool.Forge(pool.Sign(1, new Prepare(default, new SequenceNumber(1), Digest.Zero))));

        await using var first = await RawConnection.JoinAsync(pool, self: 1, to: 0);
        for (var i = 0; i < 4; i++) await first.SendAsync(pool.Context, forged);
        await first.UntilClosedAsync();
        for (var i = 0; i < 4; i++) Assert.Equal(RejectionKind.BadSignature, await sink.Next<RejectionKind>(from: 1));
        await pool.Logs[0].Until(1108, ("Peer", 1));
        Assert.True(pool[0].Peers[0].ShutOut);

        await Assert.ThrowsAnyAsync<IOException>(() => RawConnection.JoinAsync(pool, self: 1, to: 0));
        await pool.Logs[0].Until(1106, ("Kind", RefusalKind.ShutOut));

        clock.PutForward(limits.ShutOutTime);
        await using var again = await RawConnection.JoinAsync(pool, self: 1, to: 0);
        await again.SendAsync(pool.Context, TestPool.Numbered(2));
        Assert.Equal(2UL, (await sink.NextPlain<ReadIndexQuery>(from: 1)).Round);
    }

    [Fact]
    public async Task A_peer_that_never_reads_loses_its_oldest_messages_and_the_others_lose_none()
    {
        var clock = new ShiftedClock();
        var limits = new PoolNetworkLimits { SnapshotBytesMax = 1024 * 1024, PingInterval = TimeSpan.FromMilliseconds(20), DeadAfter = TimeSpan.FromHours(1) };
        await using var pool = TestPool.Of(3);
        await pool.StartNodeAsync(pool.OptionsOf(0, limits) with { Clock = clock });
        await pool.StartNodeAsync(1);
        var (transport, _) = pool.Attach(0);
        var (_, other) = pool.Attach(1);
        using var listener = RawConnection.Listen();
        pool[0].SetAddress(new ReplicaId(2), listener.LocalEndPoint!.ToString()!);
        await using var deaf = await RawConnection.AcceptAsync(listener);
        await deaf.WelcomeAsync(pool, self: 2);
        await pool.Logs[0].Until(1102, ("Peer", 2));
        await pool.Logs[0].Until(1102, ("Peer", 1));

        var chunk = new ChunkMessage(new SequenceNumber(1), Digest.Zero, new byte[256 * 1024]);
        for (ulong number = 0; number < 64; number++)
        {
            transport.Broadcast(chunk);
            transport.Broadcast(TestPool.Numbered(number));
            for (var received = 0; received < 2; received++) await other.Next<PlainMessage>(from: 0);
        }

        var status = pool[0].Peers[1];
        Assert.InRange(status.BytesQueued, 1, limits.SnapshotBytesMax + 64 * 1024);
        Assert.InRange(status.Dropped[DropKind.SnapshotsFull], 1, 64);
        Assert.False(status.Dropped.ContainsKey(DropKind.VotesFull));
        Assert.Empty(pool[0].Peers[0].Dropped);

        clock.PutForward(limits.DeadAfter + TimeSpan.FromSeconds(1)); // It has taken nothing for too long: given up, and dialled again.
        await pool.Logs[0].Until(1103, ("Peer", 2), ("Reason", "the peer takes nothing, or says nothing"));
        await using var again = await RawConnection.AcceptAsync(listener);
    }

    [Fact]
    public async Task A_peer_that_falls_silent_loses_its_place()
    {
        var clock = new ShiftedClock();
        await using var pool = TestPool.Of(2);
        await pool.StartNodeAsync(pool.OptionsOf(0, new PoolNetworkLimits { PingInterval = TimeSpan.FromMilliseconds(20), DeadAfter = TimeSpan.FromHours(1) }) with { Clock = clock });
        await using var silent = await RawConnection.JoinAsync(pool, self: 1, to: 0);
        await pool.Logs[0].Until(1104, ("Peer", 1));

        clock.PutForward(TimeSpan.FromHours(2));
        await silent.UntilClosedAsync();
        await pool.Logs[0].Until(1105, ("Peer", 1));
    }

    [Fact]
    public async Task A_ping_is_answered_and_so_the_round_trip_is_known()
    {
        await using var pool = await TestPool.StartAsync(2, new PoolNetworkLimits { PingInterval = TimeSpan.FromMilliseconds(5) });
        await pool.ConnectedAsync();
        await pool.StopNodeAsync(1);
        await using var peer = await RawConnection.JoinAsync(pool, self: 1, to: 0);
        var ping = new byte[Frames.PingLength];
        Frames.WritePing(ping, FrameKind.Ping, 77);
        await peer.WriteAsync(ping);

        Assert.Equal(77UL, BinaryPrimitives.ReadUInt64LittleEndian(await peer.ReadFrameAsync(FrameKind.Pong)));
    }

    [Fact]
    public async Task A_newer_connection_of_a_peer_takes_the_place_of_the_older()
    {
        await using var pool = TestPool.Of(2);
        await pool.StartNodeAsync(0);
        var (_, sink) = pool.Attach(0);
        await using var older = await RawConnection.JoinAsync(pool, self: 1, to: 0);
        await pool.Logs[0].Until(1104, ("Peer", 1));
        await using var newer = await RawConnection.JoinAsync(pool, self: 1, to: 0);
        await older.UntilClosedAsync();

        await newer.SendAsync(pool.Context, TestPool.Numbered(1));
        Assert.Equal(1UL, (await sink.NextPlain<ReadIndexQuery>(from: 1)).Round);
        Assert.True(pool[0].Peers[0].Receiving);
    }

    private static async Task EndsTheConnection(byte[] bytes, RejectionKind? expected = null, RejectionKind? atTheGroup = null)
    {
        await using var pool = await TestPool.StartAsync(2);
        var (_, sink) = pool.Attach(0);
        await pool.ConnectedAsync();
        await pool.StopNodeAsync(1);
        await using var hostile = await RawConnection.JoinAsync(pool, self: 1, to: 0);
        await hostile.WriteAsync(bytes);
        await hostile.UntilClosedAsync();

        var rejected = Assert.Single(pool[0].Peers[0].Rejected);
        Assert.Equal(1, rejected.Value);
        if (expected is { } kind) Assert.Equal(kind, rejected.Key);
        if (atTheGroup is { } told) Assert.Equal(told, await sink.Next<RejectionKind>(from: 1));

        await using var again = await RawConnection.JoinAsync(pool, self: 1, to: 0);
        await again.SendAsync(pool.Context, TestPool.Numbered(2));
        Assert.Equal(2UL, (await sink.NextPlain<ReadIndexQuery>(from: 1)).Round);
    }
}
