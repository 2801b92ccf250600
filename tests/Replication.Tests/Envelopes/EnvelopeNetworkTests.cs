using KvStore.Protocol;
using KvStore.Replication.Pool;
using KvStore.Replication.Pool.Envelopes;

namespace KvStore.Replication.Tests.Envelopes;

/// <summary>A network over envelopes that anybody may carry: who is believed, and how much is on the way.</summary>
public sealed class EnvelopeNetworkTests
{
    [Fact]
    public async Task Messages_reach_the_group_that_they_are_for_and_say_who_sent_them()
    {
        await using var pair = new EnvelopePair(new CarrierHub());
        var (first, second) = (pair.Start(0), pair.Start(1));
        await pair.KnownAsync(0, 1);
        for (ulong number = 0; number < 500; number++) first.Transport.Send(EnvelopePair.Id(1), new ReadIndexQuery(number));
        second.Transport.Broadcast(new ReadIndexQuery(1000));
        for (ulong number = 0; number < 500; number++) Assert.Equal(number, (await second.Sink.NextPlain<ReadIndexQuery>(from: 0)).Round);
        Assert.Equal(1000UL, (await first.Sink.NextPlain<ReadIndexQuery>(from: 1)).Round);
    }

    [Fact]
    public async Task A_message_of_the_greatest_length_arrives()
    {
        await using var pair = new EnvelopePair(new CarrierHub());
        var (first, second) = (pair.Start(0), pair.Start(1));
        await pair.KnownAsync(0, 1);
        var chunk = new ChunkMessage(new SequenceNumber(7), Digest.Zero, new byte[MessageCodec.BytesMax - 64]);
        first.Transport.Send(EnvelopePair.Id(1), chunk);
        Assert.Equal(chunk.Content.Length, (await second.Sink.NextPlain<ChunkMessage>(from: 0)).Content.Length);
    }

    [Fact]
    public async Task What_is_repeated_is_taken_once_and_what_is_altered_is_not_taken()
    {
        var hub = new CarrierHub();
        await using var pair = new EnvelopePair(hub);
        var (first, second) = (pair.Start(0), pair.Start(1));
        await pair.KnownAsync(0, 1);
        first.Transport.Send(EnvelopePair.Id(1), new ReadIndexQuery(1));
        Assert.Equal(1UL, (await second.Sink.NextPlain<ReadIndexQuery>(from: 0)).Round);
        var passed = hub.Passed.Where(each => each.From == EnvelopePair.Id(0)).Select(each => each.Envelope.ToArray()).ToList();
        foreach (var envelope in passed)
        {
            pair[1].Receive(envelope);
            for (var at = 0; at < envelope.Length; at += 7)
            {
                var altered = envelope.ToArray();
                altered[at] ^= 1;
                pair[1].Receive(altered);
                pair[1].Receive(envelope.AsMemory(0, at));
            }
        }

        first.Transport.Send(EnvelopePair.Id(1), new ReadIndexQuery(2));
        Assert.Equal(2UL, (await second.Sink.NextPlain<ReadIndexQuery>(from: 0)).Round);
        Assert.Empty(pair[1].Peers[0].Rejected); // Nobody is blamed for what others sent in its name.
    }

    [Fact]
    public async Task Nobody_speaks_in_the_name_of_another()
    {
        var hub = new CarrierHub();
        await using var pair = new EnvelopePair(hub);
        var (first, second) = (pair.Start(0), pair.Start(1));
        await pair.KnownAsync(0, 1);
        // A third node introduces a run of its own as node 0's, signed with the key that it has.
        using var run = new RunKey(pair.Cluster, EnvelopePair.Id(0));
        pair[1].Receive(new Hello(EnvelopePair.Id(0), EnvelopePair.Id(1), Asks: true, run.Point).Encode(pair.Cluster, pair.Keys[2]));
        var real = hub.Passed.Select(each => each.Envelope).First(envelope => envelope.Span[0] == (byte)EnvelopeKind.Hello && envelope.Span[1] == 1);
        var hello = Hello.TryOpen(real, pair.Cluster, pair.Keys[1].PublicKey);
        Assert.NotNull(hello);
        var forged = new EnvelopeSession(hello.Point, run.TryShare(EnvelopePair.Id(1), hello.Point)!, new EnvelopeLimits(), TimeProvider.System);
        pair[1].Receive(forged.Seal(new EnvelopeEnds(EnvelopeKind.Sealed, EnvelopePair.Id(0), EnvelopePair.Id(1)), []));
        Assert.Equal(1, pair[1].Peers[0].Connects);
        first.Transport.Send(EnvelopePair.Id(1), new ReadIndexQuery(3));
        Assert.Equal(3UL, (await second.Sink.NextPlain<ReadIndexQuery>(from: 0)).Round);
    }

    [Fact]
    public async Task A_run_that_is_over_is_not_heard_again_and_the_next_one_is()
    {
        var hub = new CarrierHub();
        await using var pair = new EnvelopePair(hub);
        var (first, second) = (pair.Start(0), pair.Start(1));
        await pair.KnownAsync(0, 1);
        first.Transport.Send(EnvelopePair.Id(1), new ReadIndexQuery(1));
        Assert.Equal(1UL, (await second.Sink.NextPlain<ReadIndexQuery>(from: 0)).Round);
        await pair.StopAsync(1);
        var earlier = hub.Passed.Where(each => each.To == EnvelopePair.Id(1)).ToList();
        second = pair.Start(1);
        await pair.KnownAsync(0, 1);
        foreach (var (_, to, envelope) in earlier) hub.Deliver(to, envelope);
        while (pair[0].Peers[0].Connects < 1) await Task.Yield();
        first.Transport.Send(EnvelopePair.Id(1), new ReadIndexQuery(2));
        var heard = await second.Sink.NextPlain<ReadIndexQuery>(from: 0);
        Assert.Equal(2UL, heard.Round);
    }

    [Fact]
    public async Task No_more_is_on_the_way_than_the_window_holds_until_it_counts_as_lost()
    {
        var hub = new CarrierHub();
        await using var pair = new EnvelopePair(hub) { Window = new EnvelopeLimits { InFlightMax = 4, GatherBytes = 1, LostAfter = TimeSpan.FromMinutes(1), DeadAfter = TimeSpan.FromHours(1) } };
        var (first, second) = (pair.Start(0), pair.Start(1));
        await pair.KnownAsync(0, 1);
        hub.IsCut = (_, to) => to == EnvelopePair.Id(0); // What node 1 reports is lost.
        for (ulong number = 0; number < 8; number++) first.Transport.Send(EnvelopePair.Id(1), new ReadIndexQuery(number));
        for (ulong number = 0; number < 4; number++) Assert.Equal(number, (await second.Sink.NextPlain<ReadIndexQuery>(from: 0)).Round);
        Assert.True(pair[0].Peers[0].BytesQueued > 0);
        pair.Clock.PutForward(TimeSpan.FromMinutes(2));
        for (ulong number = 4; number < 8; number++) Assert.Equal(number, (await second.Sink.NextPlain<ReadIndexQuery>(from: 0)).Round);
    }

    [Fact]
    public async Task For_a_peer_that_is_silent_nothing_waits()
    {
        var hub = new CarrierHub();
        await using var pair = new EnvelopePair(hub);
        var (first, _) = (pair.Start(0), pair.Start(1));
        await pair.KnownAsync(0, 1);
        hub.IsCut = (_, _) => true;
        pair.Clock.PutForward(TimeSpan.FromMinutes(1));
        while (pair[0].Peers[0].Connected) await Task.Yield();
        first.Transport.Send(EnvelopePair.Id(1), new ReadIndexQuery(1));
        Assert.Equal(1, pair[0].Peers[0].Dropped[DropKind.NotConnected]);
        Assert.Equal(0, pair[0].Peers[0].BytesQueued);
    }

    [Fact]
    public async Task Who_sends_what_no_correct_node_sends_is_shut_out()
    {
        // The clock is put forward by more than a silent peer may be silent: whoever looked just then would take it for dead, and send nothing.
        await using var pair = new EnvelopePair(new CarrierHub()) { Window = new EnvelopeLimits { DeadAfter = TimeSpan.FromHours(1) } };
        var (first, second) = (pair.Start(0), pair.Start(1));
        await pair.KnownAsync(0, 1);
        var limits = new PoolNetworkLimits();
        for (var i = 0; i <= limits.RejectionsMax; i++) pair[1].OnRejected(RejectionKind.BadSignature, EnvelopePair.Id(0));
        Assert.True(pair[1].Peers[0].ShutOut);
        first.Transport.Send(EnvelopePair.Id(1), new ReadIndexQuery(1));
        second.Transport.Send(EnvelopePair.Id(0), new ReadIndexQuery(2));
        Assert.Equal(2UL, (await first.Sink.NextPlain<ReadIndexQuery>(from: 1)).Round);
        pair.Clock.PutForward(limits.ShutOutTime);
        first.Transport.Send(EnvelopePair.Id(1), new ReadIndexQuery(3));
        Assert.Equal(3UL, (await second.Sink.NextPlain<ReadIndexQuery>(from: 0)).Round);
    }
}
