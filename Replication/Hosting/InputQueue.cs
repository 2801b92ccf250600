using System.Runtime.InteropServices;
using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.Replication.Driving;

namespace KvStore.Replication.Hosting;

/// <summary>One thing that waits for a replica.</summary>
/// <param name="From">The peer it came from; null for the node itself.</param>
/// <param name="Message">A verified message, or null.</param>
/// <param name="Request">A request of the node's own gateway, or null.</param>
/// <param name="Input">A ready input, or null.</param>
/// <param name="Saved">How the work on a checkpoint ended, or null.</param>
/// <param name="Bytes">How long the message or the request is, about.</param>
internal readonly record struct QueuedInput(
    ReplicaId? From, VerifiedMessage? Message, VerifiedRequest? Request, Input? Input, CheckpointSaved? Saved = null, int Bytes = 0);

/// <summary>How much may wait for a replica.</summary>
internal sealed record InputLimits
{
    /// <summary>Messages in one lane of one peer, at most.</summary>
    public int LaneMax { get; init; } = 8192;

    /// <summary>Bytes of one peer's votes and questions, at most. One message alone may be longer.</summary>
    public long VoteBytesMax { get; init; } = 8 * 1024 * 1024;

    /// <summary>Bytes of one peer's bodies, batches and chunks, at most. One message alone may be longer.</summary>
    public long BodyBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>Requests of the node's own gateway, at most.</summary>
    public int RequestsMax { get; init; } = 16_384;

    /// <summary>Their bytes, at most.</summary>
    public long RequestBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>When more waits than this, a round takes no more than <see cref="LaneShare"/> of each lane.</summary>
    public int TakenWholeMax { get; init; } = 4096;

    /// <summary>See <see cref="TakenWholeMax"/>.</summary>
    public int LaneShare { get; init; } = 1024;
}

/// <summary>
/// What waits for a replica, in the order in which it came. Every sender has lanes of its own, one for votes and one for what is long, within bounds of its own:
/// whoever floods loses what it sends itself (which a network may do too), and takes neither places nor, over a few thousand, rounds from the others. The replica's own inputs
/// are never dropped. Clients' requests are a cause for a round only when the replica said that it has use for them: a backup does nothing
/// with one but keep it until the proposal comes, and a primary whose pipeline is full proposes it when something else gives cause.
/// </summary>
internal sealed class InputQueue
{
    private const int OwnLane = 0;
    private const int RequestLane = 1;
    private const int FirstPeerLane = 2;
    private const int LanesOfPeer = 2;

    private readonly InputLimits _limits;
    private readonly Lock _gate = new();
    private readonly Lane[] _lanes;
    private List<QueuedInput> _waiting = [];
    private List<QueuedInput> _spare = [];
    private bool _wakesForRequests = true;
    private bool _closed;

    public InputQueue(int replicas, InputLimits limits)
    {
        _limits = limits;
        _lanes = new Lane[FirstPeerLane + LanesOfPeer * replicas];
    }

    private bool HasCauseInside => _waiting.Count > (_wakesForRequests ? 0 : _lanes[RequestLane].Count);

    /// <summary>Adds what is to wait; true when there was no cause for a round before, and now there is.</summary>
    public bool Add(QueuedInput input)
    {
        var index = LaneOf(input);
        var (countMax, bytesMax) = BoundsOf(index);
        lock (_gate)
        {
            if (_closed) return false;
            ref var lane = ref _lanes[index];
            if (index != OwnLane && (lane.Count >= countMax || (lane.Count > 0 && lane.Bytes + input.Bytes > bytesMax)))
            {
                lane.Dropped++;
                return false;
            }

            var hadCause = HasCauseInside;
            _waiting.Add(input);
            lane.Count++;
            lane.Bytes += input.Bytes;
            return !hadCause && HasCauseInside;
        }
    }

    /// <summary>Takes what waits: everything, or of a flood each lane's share. It is valid until the next call.</summary>
    public List<QueuedInput> Take()
    {
        lock (_gate)
        {
            _spare.Clear();
            if (_waiting.Count > _limits.TakenWholeMax)
            {
                TakeShares();
                return _spare;
            }

            (_waiting, _spare) = (_spare, _waiting);
            foreach (ref var lane in _lanes.AsSpan()) (lane.Count, lane.Bytes) = (0, 0);
            return _spare;
        }
    }

    /// <summary>Whether what waits is cause for a round.</summary>
    /// <param name="wakesForRequests">Whether clients' requests are, until the next call.</param>
    public bool HasCause(bool wakesForRequests)
    {
        lock (_gate)
        {
            _wakesForRequests = wakesForRequests;
            return HasCauseInside;
        }
    }

    /// <summary>How many were dropped of each lane that lost any, by names like <c>votes from r2</c>.</summary>
    public IReadOnlyDictionary<string, long> Dropped()
    {
        SortedDictionary<string, long>? dropped = null;
        lock (_gate)
        {
            for (var i = 0; i < _lanes.Length; i++)
            {
                if (_lanes[i].Dropped > 0) (dropped ??= new(StringComparer.Ordinal)).Add(NameOf(i), _lanes[i].Dropped);
            }
        }

        return dropped ?? ReplicaStatus.NothingDropped;
    }

    /// <summary>Takes nothing more.</summary>
    public void Close()
    {
        lock (_gate) _closed = true;
    }

    private static int LaneOf(in QueuedInput input)
    {
        if (input.Request is not null) return RequestLane;
        if (input.Message is not { } message) return OwnLane;
        return FirstPeerLane + LanesOfPeer * input.From!.Value.Index + (IsLong(message) ? 1 : 0);
    }

    // As the sender's own queue tells them apart: Pool/Network/SendQueue.cs.
    private static bool IsLong(VerifiedMessage message) =>
        message is VerifiedRequests or VerifiedCommitted or PlainMessage { Message: BatchesMessage or ChunkMessage };

    private static string NameOf(int lane)
    {
        if (lane == RequestLane) return "requests";
        var peer = lane - FirstPeerLane;
        return $"{(peer % LanesOfPeer == 0 ? "votes" : "bodies")} from r{peer / LanesOfPeer}";
    }

    private (int Count, long Bytes) BoundsOf(int lane)
    {
        if (lane == RequestLane) return (_limits.RequestsMax, _limits.RequestBytesMax);
        return (_limits.LaneMax, (lane - FirstPeerLane) % LanesOfPeer == 0 ? _limits.VoteBytesMax : _limits.BodyBytesMax);
    }

    // What is left keeps its order, and so what is taken of one lane is always its oldest.
    private void TakeShares()
    {
        foreach (ref var lane in _lanes.AsSpan()) lane.Taken = 0;
        var left = 0;
        var waiting = CollectionsMarshal.AsSpan(_waiting);
        foreach (var input in waiting)
        {
            var index = LaneOf(input);
            ref var lane = ref _lanes[index];
            if (index != OwnLane && ++lane.Taken > _limits.LaneShare)
            {
                waiting[left++] = input;
                continue;
            }

            _spare.Add(input);
            lane.Count--;
            lane.Bytes -= input.Bytes;
        }

        _waiting.RemoveRange(left, _waiting.Count - left);
    }

    private struct Lane
    {
        public int Count;
        public long Bytes;
        public int Taken;
        public long Dropped;
    }
}
