using KvStore.Protocol;
using KvStore.Replication.Pool.Network;
using Microsoft.Extensions.Logging.Abstractions;

namespace KvStore.Replication.Tests.Network;

public sealed class FrameSenderTests
{
    private const int LongBytes = 1024 * 1024;

    [Fact]
    public async Task What_is_for_one_peer_is_not_sent_behind_all_that_is_for_another()
    {
        await using var pool = TestPool.Of(4);
        using var core = new NetworkCore(pool.OptionsOf(0), NullLogger.Instance);
        var (busy, other) = (core.Peer(new ReplicaId(1)), core.Peer(new ReplicaId(2)));
        using var stop = new CancellationTokenSource();
        var (writes, before, sent) = (0, -1, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

        // A peer that takes everything at once; in the middle of that something is to be sent to the other one.
        var toBusy = new FrameSender(busy, new Sink(bytes =>
        {
            if (++writes == 1) other.Queue.Add(Lane.Votes, Frame(100));
        }), TimeProvider.System).RunAsync(stop.Token);
        var toOther = new FrameSender(other, new Sink(_ =>
        {
            before = writes;
            sent.SetResult();
        }), TimeProvider.System).RunAsync(stop.Token);

        busy.Queue.Open();
        other.Queue.Open();
        busy.Queue.Add(Lane.Bodies, Frame(LongBytes));
        await sent.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        busy.Queue.Close();
        other.Queue.Close();
        await Task.WhenAll(toBusy, toOther).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.InRange(before, 1, 2);
    }

    private static byte[] Frame(int bodyBytes)
    {
        var frame = new byte[Frames.HeaderLength + bodyBytes];
        Frames.WriteHeader(frame, FrameKind.Message, bodyBytes);
        return frame;
    }

    // What is written to it is taken at once, as by a socket with room.
    private sealed class Sink(Action<int> written) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            written(buffer.Length);
            return ValueTask.CompletedTask;
        }
    }
}
