using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.Replication.Hosting;

namespace KvStore.Replication.Tests;

/// <summary>What waits for a replica, and what a sender that floods can take from the others: nothing.</summary>
public sealed class InputQueueTests
{
    private static readonly InputLimits _limits = new() { LaneMax = 10, VoteBytesMax = 100, BodyBytesMax = 100, RequestsMax = 3, RequestBytesMax = 100, TakenWholeMax = 12, LaneShare = 2 };

    private readonly InputQueue _queue = new(replicas: 4, _limits);

    [Fact]
    public void A_flood_of_one_peer_costs_the_others_no_place()
    {
        for (ulong i = 0; i < 1000; i++) _queue.Add(Vote(1, i));
        _queue.Add(Vote(2, 7));
        _queue.Add(Bodies(1, bytes: 1));

        Assert.Equal(new Dictionary<string, long> { ["votes from r1"] = 990 }, _queue.Dropped());
        Assert.Equal([.. Enumerable.Range(0, 10).Select(_ => 1), 2, 1], Taken().Select(input => (int)input.From!.Value.Index));
    }

    [Fact]
    public void Long_messages_of_one_peer_are_bounded_in_bytes_and_take_nothing_from_its_votes()
    {
        for (var i = 0; i < 5; i++) _queue.Add(Bodies(3, bytes: 40));
        _queue.Add(Vote(3, 1));

        Assert.Equal(new Dictionary<string, long> { ["bodies from r3"] = 3 }, _queue.Dropped());
        Assert.Equal(3, Taken().Count);
        _queue.Add(Bodies(3, bytes: 1000)); // Alone it may be longer, or it would never come through.
        Assert.Single(Taken());
    }

    [Fact]
    public void A_flood_of_one_peer_costs_the_others_no_round()
    {
        for (ulong i = 0; i < 10; i++) _queue.Add(Vote(1, i));
        for (ulong i = 0; i < 10; i++) _queue.Add(Vote(2, i));
        _queue.Add(Vote(3, 99));
        _queue.Add(new QueuedInput(null, null, null, new Started(0)));

        var first = Taken();
        Assert.Equal([1, 1, 2, 2, 3, -1], first.Select(input => input.From?.Index ?? -1));
        var ofOne = new List<ulong>(first.Where(input => input.From?.Index == 1).Select(NumberOf));
        while (_queue.HasCause(wakesForRequests: false)) ofOne.AddRange(Taken().Where(input => input.From?.Index == 1).Select(NumberOf));
        Assert.Equal(Enumerable.Range(0, 10).Select(number => (ulong)number), ofOne); // Whatever a peer says comes in the order in which it said it.
        Assert.Empty(_queue.Dropped());

        for (ulong i = 0; i < 10; i++) _queue.Add(Vote(1, i)); // All places are free again.
        Assert.Empty(_queue.Dropped());
    }

    [Fact]
    public void The_replicas_own_inputs_are_never_dropped()
    {
        for (var i = 0; i < 1000; i++) _queue.Add(new QueuedInput(null, null, null, new Started(0), Bytes: 1000));

        Assert.Equal(1000, Taken().Count);
    }

    [Fact]
    public void Clients_requests_have_their_own_bound_and_are_a_cause_for_a_round_only_when_they_are_wanted()
    {
        using var client = new TestClient(default);
        var request = new MessageVerifier(new StatementContext(default, default, default), new GroupConfig(1), new ConsensusConfig(), [default], Ed25519.Instance)
            .FromOwnLog(client.Sign(OperationMethod.Put, "/v1/kv/key", "value"));
        Assert.False(_queue.HasCause(wakesForRequests: false));
        for (var i = 0; i < 5; i++) Assert.False(_queue.Add(new QueuedInput(null, null, request, null, Bytes: 1)));
        Assert.True(_queue.Add(Vote(1, 1)));

        Assert.Equal(new Dictionary<string, long> { ["requests"] = 2 }, _queue.Dropped());
        Assert.Equal(4, Taken().Count);
        Assert.False(_queue.HasCause(wakesForRequests: true));
        Assert.True(_queue.Add(new QueuedInput(null, null, request, null, Bytes: 1)));
    }

    private static QueuedInput Vote(ushort from, ulong number) => new(new ReplicaId(from), new PlainMessage(new ReadIndexQuery(number)), null, null, Bytes: 1);

    private static QueuedInput Bodies(ushort from, int bytes) => new(new ReplicaId(from), new VerifiedRequests([]), null, null, Bytes: bytes);

    private static ulong NumberOf(QueuedInput input) => ((ReadIndexQuery)((PlainMessage)input.Message!).Message).Round;

    private List<QueuedInput> Taken() => [.. _queue.Take()];
}
