using KvStore.Protocol;
using KvStore.Replication.Pool;
using KvStore.Replication.Pool.Network;

namespace KvStore.Replication.Tests.Network;

public sealed class SendQueueTests
{
    private readonly List<DropKind> _dropped = [];
    private readonly SendQueue _queue;

    public SendQueueTests()
    {
        _queue = new SendQueue(new PoolNetworkLimits { VoteBytesMax = 10, BodyBytesMax = 10, SnapshotBytesMax = 10 }, new SendPump(), _dropped.Add);
        _queue.Open();
    }

    [Fact]
    public void Votes_leave_before_bodies_and_bodies_before_snapshots()
    {
        _queue.Add(Lane.Snapshots, [1]);
        _queue.Add(Lane.Bodies, [2]);
        _queue.Add(Lane.Votes, [3]);
        _queue.Add(Lane.Votes, [4]);

        Assert.Equal([3, 4, 2, 1], Take(100).Select(frame => frame[0]));
    }

    [Fact]
    public void Votes_that_come_while_others_leave_overtake_what_is_left()
    {
        _queue.Add(Lane.Bodies, [1, 1, 1]);
        _queue.Add(Lane.Bodies, [2, 2, 2]);
        Assert.Equal(1, Assert.Single(Take(3))[0]);
        _queue.Add(Lane.Votes, [3]);

        Assert.Equal([3, 2], Take(100).Select(frame => frame[0]));
    }

    [Fact]
    public void A_full_lane_loses_its_oldest_and_no_other_lane_does()
    {
        _queue.Add(Lane.Votes, new byte[10]);
        for (byte i = 0; i < 5; i++) _queue.Add(Lane.Bodies, [i, 0, 0, 0]);

        Assert.Equal([DropKind.BodiesFull, DropKind.BodiesFull, DropKind.BodiesFull], _dropped);
        Assert.Equal(18, _queue.Bytes);
        Assert.Equal([0, 3, 4], Take(100).Select(frame => frame[0]));
        Assert.Equal(0, _queue.Bytes);
    }

    [Fact]
    public void A_message_longer_than_its_lane_is_taken_alone()
    {
        _queue.Add(Lane.Snapshots, [1]);
        _queue.Add(Lane.Snapshots, new byte[50]);

        Assert.Equal([DropKind.SnapshotsFull], _dropped);
        Assert.Equal(50, Assert.Single(Take(1)).Length);
    }

    [Fact]
    public void Without_a_connection_nothing_waits()
    {
        _queue.Add(Lane.Votes, [1]);
        _queue.Close();
        _queue.Add(Lane.Votes, [2]);
        _queue.Open();

        Assert.Empty(Take(100));
        Assert.Equal([DropKind.NotConnected, DropKind.NotConnected], _dropped);
    }

    [Fact]
    public async Task Whoever_waits_is_woken_by_the_first_that_comes()
    {
        var waiting = _queue.WaitAsync().AsTask();
        Assert.False(waiting.IsCompleted);
        _queue.Add(Lane.Snapshots, [1]);

        await waiting.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Single(Take(100));
    }

    [Fact]
    public void Every_kind_of_message_has_its_lane()
    {
        Assert.Equal(Lane.Votes, SendQueue.LaneOf(new ReadIndexQuery(1)));
        Assert.Equal(Lane.Votes, SendQueue.LaneOf(new FetchChunkMessage(default, default)));
        Assert.Equal(Lane.Bodies, SendQueue.LaneOf(new RequestsMessage([])));
        Assert.Equal(Lane.Bodies, SendQueue.LaneOf(new BatchesMessage([])));
        Assert.Equal(Lane.Snapshots, SendQueue.LaneOf(new ChunkMessage(default, default, default)));
    }

    [Fact]
    public void The_wait_before_dialling_again_doubles_up_to_its_bound_and_never_is_the_same_for_all()
    {
        var backOff = new BackOff(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1));

        Assert.Equal([25, 50, 100, 200, 400, 500, 500], Enumerable.Range(0, 7).Select(_ => backOff.Next(0).TotalMilliseconds));
        Assert.Equal(750, backOff.Next(0.5).TotalMilliseconds);
        backOff.Reset();
        Assert.Equal(25, backOff.Next(0).TotalMilliseconds);
    }

    private List<byte[]> Take(int bytes)
    {
        var frames = new List<byte[]>();
        _queue.Take(frames, bytes);
        return frames;
    }
}
