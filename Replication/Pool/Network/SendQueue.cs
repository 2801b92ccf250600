using KvStore.Protocol;

namespace KvStore.Replication.Pool.Network;

/// <summary>In which order messages leave: a lower lane only when those above it are empty.</summary>
internal enum Lane
{
    /// <summary>Statements, questions and answers: small, and what ordering waits for.</summary>
    Votes,

    /// <summary>Bodies and batches.</summary>
    Bodies,

    /// <summary>Chunks of snapshots.</summary>
    Snapshots,
}

/// <summary>
/// What waits to be sent to one peer, within bounds: a lane that is full loses its oldest. Without a connection nothing waits, because by the time there is
/// one the peer asks for what it lacks. Any thread puts in, and never waits longer than for a few instructions of another; one takes out.
/// </summary>
internal sealed class SendQueue(PoolNetworkLimits limits, SendPump pump, Action<DropKind> dropped)
{
    private readonly Lock _gate = new();
    private readonly Waiting[] _lanes =
    [
        new(limits.VoteBytesMax, DropKind.VotesFull), new(limits.BodyBytesMax, DropKind.BodiesFull), new(limits.SnapshotBytesMax, DropKind.SnapshotsFull),
    ];

    private readonly SendPump.Signal _wake = new(pump);

    private volatile bool _open;

    /// <summary>Whether there is a connection that takes out what is put in.</summary>
    public bool IsOpen => _open;

    /// <summary>How much waits.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate) return _lanes.Sum(lane => lane.Bytes);
        }
    }

    // Under the gate.
    private bool IsEmpty => Array.TrueForAll(_lanes, static each => each.Frames.Count == 0);

    /// <summary>The lane of a message.</summary>
    public static Lane LaneOf(PeerMessage message) => message switch
    {
        ChunkMessage => Lane.Snapshots,
        RequestsMessage or BatchesMessage or CommittedMessage => Lane.Bodies,
        _ => Lane.Votes,
    };

    /// <summary>Lets frames wait from now on.</summary>
    public void Open() => _open = true;

    /// <summary>Drops what waits, and whatever comes until it is opened again.</summary>
    public void Close()
    {
        var lost = 0;
        lock (_gate)
        {
            _open = false;
            foreach (var lane in _lanes) lost += lane.Clear();
        }

        for (var i = 0; i < lost; i++) dropped(DropKind.NotConnected);
        Wake();
    }

    /// <summary>Puts a frame in; the frame is not to be changed any more. It may be lost, and so may older ones.</summary>
    public void Add(Lane lane, byte[] frame)
    {
        var (lost, wasEmpty, taken) = (0, false, false);
        lock (_gate)
        {
            if (_open)
            {
                taken = true;
                wasEmpty = IsEmpty;
                lost = _lanes[(int)lane].Add(frame);
            }
        }

        if (!taken) dropped(DropKind.NotConnected);
        for (var i = 0; i < lost; i++) dropped(_lanes[(int)lane].Full);
        if (wasEmpty) Wake();
    }

    /// <summary>Takes out frames, the highest lane's first, until they have at least so many bytes or none is left. Whether some are.</summary>
    public bool Take(List<byte[]> frames, int bytes)
    {
        lock (_gate)
        {
            foreach (var lane in _lanes)
            {
                while (bytes > 0 && lane.TryTake(out var frame))
                {
                    bytes -= frame.Length;
                    frames.Add(frame);
                }
            }

            return !IsEmpty;
        }
    }

    /// <summary>Takes out votes and questions, until they have so many bytes or the next one is as long itself. Whether anything is left.</summary>
    public bool TakeVotes(List<byte[]> frames, int bytes)
    {
        var votes = _lanes[(int)Lane.Votes];
        lock (_gate)
        {
            for (var left = bytes; left > 0 && votes.Frames.TryPeek(out var next) && next.Length <= bytes && votes.TryTake(out var frame); left -= frame.Length) frames.Add(frame);
            return !IsEmpty;
        }
    }

    /// <summary>Ends the wait of the one that takes out.</summary>
    public void Wake() => _wake.Wake();

    /// <summary>Waits until something was put in where nothing was, or somebody wakes it; then what others are about to put in is there too.</summary>
    public ValueTask WaitAsync() => _wake.WaitAsync();

    private sealed class Waiting(long bytesMax, DropKind full)
    {
        public Queue<byte[]> Frames { get; } = new();

        public DropKind Full => full;

        public long Bytes { get; private set; }

        /// <summary>Adds one; gives how many older ones were lost for it.</summary>
        public int Add(byte[] frame)
        {
            var lost = 0;
            for (; Bytes + frame.Length > bytesMax && Frames.Count > 0; lost++) Bytes -= Frames.Dequeue().Length;
            Frames.Enqueue(frame);
            Bytes += frame.Length;
            return lost;
        }

        public bool TryTake(out byte[] frame)
        {
            if (!Frames.TryDequeue(out frame!)) return false;
            Bytes -= frame.Length;
            return true;
        }

        public int Clear()
        {
            var lost = Frames.Count;
            Frames.Clear();
            Bytes = 0;
            return lost;
        }
    }
}
