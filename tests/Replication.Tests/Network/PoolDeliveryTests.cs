using System.Collections.Immutable;
using KvStore.Protocol;
using KvStore.Replication.Pool;
using KvStore.Replication.Pool.Network;

namespace KvStore.Replication.Tests.Network;

public sealed class PoolDeliveryTests
{
    [Fact]
    public async Task Messages_reach_those_they_are_for_in_order_and_say_who_sent_them()
    {
        await using var pool = await TestPool.StartAsync(3);
        var (first, second, third) = (pool.Attach(0), pool.Attach(1), pool.Attach(2));
        await pool.ConnectedAsync();

        for (ulong number = 0; number < 500; number++) first.Transport.Send(new ReplicaId(1), TestPool.Numbered(number));
        second.Transport.Broadcast(TestPool.Numbered(1000));

        for (ulong number = 0; number < 500; number++) Assert.Equal(number, (await second.Sink.NextPlain<ReadIndexQuery>(from: 0)).Round);
        Assert.Equal(1000UL, (await first.Sink.NextPlain<ReadIndexQuery>(from: 1)).Round);
        Assert.Equal(1000UL, (await third.Sink.NextPlain<ReadIndexQuery>(from: 1)).Round);
    }

    [Fact]
    public async Task What_is_signed_is_verified_before_it_is_delivered_but_for_what_the_gateway_verifies()
    {
        await using var pool = await TestPool.StartAsync(2);
        var (sender, receiver) = (pool.Attach(0), pool.Attach(1));
        await pool.ConnectedAsync();
        var prepare = pool.Sign(0, new Prepare(new View(0), new SequenceNumber(1), Digest.Of("batch"u8)));
        var executed = TestPool.Forge(pool.Sign(0, new Executed(new SequenceNumber(1), Digest.Zero, new Timestamp(1), Digest.Zero, Digest.Zero)));
        var answer = new ReadIndexAnswer(5, new SequenceNumber(9), null);

        sender.Transport.Broadcast(new StatementMessage(prepare));
        sender.Transport.Broadcast(new StatementMessage(TestPool.Forge(prepare)));
        sender.Transport.Broadcast(new StatementMessage(executed));
        sender.Transport.Broadcast(answer);

        Assert.Equal(prepare.Statement, (await receiver.Sink.Next<VerifiedStatement<Prepare>>(from: 0)).Verified.Statement);
        Assert.Equal(RejectionKind.BadSignature, await receiver.Sink.Next<RejectionKind>(from: 0));
        Assert.Equal(executed.Statement, (await receiver.Sink.Next<Signed<Executed>>(from: 0)).Statement);
        Assert.Equal(answer, await receiver.Sink.Next<ReadIndexAnswer>(from: 0));
        Assert.Equal(1, pool[1].Peers[0].Rejected[RejectionKind.BadSignature]);
    }

    [Fact]
    public async Task Requests_are_verified_by_the_node_that_receives_them()
    {
        await using var pool = await TestPool.StartAsync(2);
        var (sender, receiver) = (pool.Attach(0), pool.Attach(1));
        await pool.ConnectedAsync();
        using var client = new TestClient(pool.Genesis.Cluster);
        var good = client.Sign(OperationMethod.Put, "/v1/kv/key", "value");
        var bad = new Request
        {
            Client = good.Client,
            Nonce = good.Nonce,
            Created = good.Created,
            Expires = good.Expires,
            Operation = good.Operation,
            Signature = default,
        };

        sender.Transport.Broadcast(new RequestsMessage([good, bad]));
        sender.Transport.Broadcast(new RequestsMessage([good]));

        Assert.Equal(RejectionKind.BadSignature, await receiver.Sink.Next<RejectionKind>(from: 0));
        var delivered = Assert.Single((await receiver.Sink.Next<VerifiedRequests>(from: 0)).Requests);
        Assert.Equal(good.DigestFor(pool.Genesis.Cluster), delivered.Digest);
    }

    [Fact]
    public async Task A_message_of_many_megabytes_arrives_as_it_was_sent_and_does_not_disturb_its_neighbours()
    {
        await using var pool = await TestPool.StartAsync(2);
        var (sender, receiver) = (pool.Attach(0), pool.Attach(1));
        await pool.ConnectedAsync();
        var content = new byte[12 * 1024 * 1024];
        new Random(7).NextBytes(content);

        sender.Transport.Broadcast(new ChunkMessage(new SequenceNumber(128), Digest.Zero, content));
        Assert.Equal(content, (await receiver.Sink.NextPlain<ChunkMessage>(from: 0)).Content.ToArray());

        sender.Transport.Broadcast(new ChunkMessage(new SequenceNumber(128), Digest.Zero, new byte[MessageCodec.BytesMax]));
        sender.Transport.Broadcast(TestPool.Numbered(1));
        Assert.Equal(1UL, (await receiver.Sink.NextPlain<ReadIndexQuery>(from: 0)).Round);
        Assert.Equal(1, pool[0].Peers[0].Dropped[DropKind.TooLong]);
    }

    [Fact]
    public async Task Nothing_is_delivered_to_a_group_before_it_is_attached_or_after_it_is_detached()
    {
        await using var pool = await TestPool.StartAsync(2);
        var sender = pool.Attach(0);
        await pool.ConnectedAsync();

        sender.Transport.Broadcast(TestPool.Numbered(1));
        await pool.Logs[1].Until(1109, ("Kind", DropKind.UnknownGroup), ("Count", 1L));
        var receiver = pool.Attach(1);
        sender.Transport.Broadcast(TestPool.Numbered(2));
        Assert.Equal(2UL, (await receiver.Sink.NextPlain<ReadIndexQuery>(from: 0)).Round);

        pool[1].Detach(TestPool.Group);
        sender.Transport.Broadcast(TestPool.Numbered(3));
        await pool.Logs[1].Until(1109, ("Kind", DropKind.UnknownGroup), ("Count", 2L));
        Assert.Throws<InvalidOperationException>(() => pool[0].Attach(TestPool.Group, pool.NewVerifier(), new RecordingSink()));
    }

    [Fact]
    public async Task Sending_to_nodes_that_are_not_there_neither_blocks_nor_throws_and_is_counted()
    {
        await using var pool = TestPool.Of(4);
        await pool.StartNodeAsync(0);
        var (transport, _) = pool.Attach(0);

        transport.Broadcast(TestPool.Numbered(1));
        transport.Send(new ReplicaId(2), TestPool.Numbered(2));
        transport.Send(new ReplicaId(0), TestPool.Numbered(3));
        transport.Send(new ReplicaId(77), TestPool.Numbered(4));

        Assert.Equal([1, 2, 1], pool[0].Peers.Select(peer => peer.Dropped[DropKind.NotConnected]));
        Assert.All(pool[0].Peers, peer => Assert.False(peer.Connected));
    }

    [Fact]
    public async Task A_node_that_stopped_is_found_again_when_it_is_back()
    {
        await using var pool = await TestPool.StartAsync(2);
        var (transport, _) = pool.Attach(0);
        await pool.ConnectedAsync();

        pool.Logs[0].Clear();
        await pool.StopNodeAsync(1);
        await pool.Logs[0].Until(1103, ("Peer", 1));
        await pool.StartNodeAsync(1);
        var (_, sink) = pool.Attach(1);
        await pool.Logs[0].Until(1102, ("Peer", 1));
        transport.Broadcast(TestPool.Numbered(1));

        Assert.Equal(1UL, (await sink.NextPlain<ReadIndexQuery>(from: 0)).Round);
        var status = Assert.Single(pool[0].Peers);
        Assert.Equal((2, 1), (status.Connects, status.FramesOut));
        Assert.NotNull(status.LastSeen);
    }

    [Fact]
    public async Task Options_that_contradict_each_other_are_refused()
    {
        await using var pool = TestPool.Of(2);
        var good = pool.OptionsOf(0);
        PoolNetworkOptions[] bad =
        [
            good with { Key = pool.Keys[1] }, good with { Self = new ReplicaId(2) }, good with { Addresses = [.. good.Addresses.Take(1)] },
            good with { Addresses = ImmutableArray.Create("127.0.0.1", "127.0.0.1:1") },
        ];
        foreach (var options in bad) await Assert.ThrowsAsync<ArgumentException>(() => PoolNetwork.StartAsync(options, pool.Logs[0]));
        await pool.StartNodeAsync(good);
        await Assert.ThrowsAsync<IOException>(() => PoolNetwork.StartAsync(good with { Listen = pool[0].Endpoint }, pool.Logs[0]));
    }

    // Such as an IPv6 address on a machine without IPv6, which is "not supported".
    [Fact]
    public async Task An_address_that_cannot_be_dialled_on_this_machine_ends_nothing_and_a_better_one_is_dialled()
    {
        await using var pool = await TestPool.StartAsync(2);
        await pool.ConnectedAsync();
        await pool.StopNodeAsync(1);
        pool[0].SetAddress(new ReplicaId(1), "[]:80");
        await pool.Logs[0].Until(1103, ("Peer", 1), ("Address", "[]:80"));
        await pool.StartNodeAsync(1);
        pool.Logs[0].Clear();
        pool[0].SetAddress(new ReplicaId(1), pool[1].Endpoint.ToString());
        await pool.Logs[0].Until(1102, ("Peer", 1));
    }

    [Fact]
    public async Task A_vote_does_not_wait_for_the_end_of_a_long_message_and_the_message_comes_whole()
    {
        await using var pool = TestPool.Of(2);
        await pool.StartNodeAsync(0);
        var (transport, _) = pool.Attach(0);
        using var listener = RawConnection.Listen();
        listener.ReceiveBufferSize = 64 * 1024; // So that most of the long message can't leave yet when the vote comes.
        pool[0].SetAddress(new ReplicaId(1), listener.LocalEndPoint!.ToString()!);
        await using var peer = await RawConnection.AcceptAsync(listener);
        await peer.WelcomeAsync(pool, self: 1);
        await pool.Logs[0].Until(1102, ("Peer", 1));

        var content = new byte[MessageCodec.BytesMax - 1024];
        Random.Shared.NextBytes(content);
        var chunk = new ChunkMessage(new SequenceNumber(1), Digest.Zero, content);
        transport.Broadcast(chunk);
        var whole = new MemoryStream();
        whole.Write(await peer.ReadFrameAsync(FrameKind.Part));
        transport.Broadcast(TestPool.Numbered(7));

        var votes = 0;
        for (var last = false; !last;)
        {
            var (kind, body) = await peer.ReadFrameAsync();
            last = kind == FrameKind.LastPart;
            if (kind is FrameKind.Part or FrameKind.LastPart) whole.Write(body);
            else if (kind == FrameKind.Message) votes++;
        }

        Assert.Equal(1, votes);
        Assert.Equal(RawConnection.MessageFrame(pool.Context, chunk)[Frames.HeaderLength..], whole.ToArray());
    }

    [Fact]
    public async Task A_long_message_arrives_with_votes_between_its_pieces()
    {
        await using var pool = TestPool.Of(2);
        await pool.StartNodeAsync(0);
        var (_, sink) = pool.Attach(0);
        await using var peer = await RawConnection.JoinAsync(pool, self: 1, to: 0);
        var content = new byte[100_000];
        Random.Shared.NextBytes(content);
        var body = RawConnection.MessageFrame(pool.Context, new ChunkMessage(new SequenceNumber(1), Digest.Zero, content))[Frames.HeaderLength..];
        await peer.WriteAsync(RawConnection.Frame(FrameKind.Part, body[..60_000]));
        await peer.SendAsync(pool.Context, TestPool.Numbered(7));
        await peer.WriteAsync(RawConnection.Frame(FrameKind.LastPart, body[60_000..]));

        Assert.Equal(7UL, (await sink.NextPlain<ReadIndexQuery>(from: 1)).Round);
        Assert.Equal(content, (await sink.NextPlain<ChunkMessage>(from: 1)).Content.ToArray());
    }
}
