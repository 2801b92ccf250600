using KvStore.Protocol;
using KvStore.Replication.Ports;

namespace KvStore.Replication.Faults;

/// <summary>Sends what a tamper makes of what its replica means to send: to each receiver something else, if it likes, and late.</summary>
internal sealed class TamperedTransport : IPeerTransport, IDisposable
{
    private readonly IPeerTransport _inner;
    private readonly Tampering _tampering;
    private readonly HeldBack _heldBack;

    public TamperedTransport(IPeerTransport inner, Tampering tampering, TimeProvider clock)
    {
        (_inner, _tampering) = (inner, tampering);
        _heldBack = new HeldBack(inner, clock);
    }

    public void Send(ReplicaId to, PeerMessage message) => Carry(to, _tampering.Say(to, message));

    public void Broadcast(PeerMessage message)
    {
        var told = new List<(ReplicaId To, IReadOnlyList<Said> Said)>(_tampering.Group.Replicas);
        for (ushort i = 0; i < _tampering.Group.Replicas; i++)
        {
            var to = new ReplicaId(i);
            if (to != _tampering.Self) told.Add((to, _tampering.Say(to, message)));
        }

        // The truth is sent as a correct replica sends it, and costs as much.
        if (told.TrueForAll(each => each.Said is [{ Delay: 0 } only] && ReferenceEquals(only.Message, message)))
        {
            _inner.Broadcast(message);
            return;
        }

        foreach (var (to, said) in told) Carry(to, said);
    }

    public void Dispose() => _heldBack.Dispose();

    private void Carry(ReplicaId to, IReadOnlyList<Said> said)
    {
        foreach (var each in said)
        {
            if (each.Delay == 0) _inner.Send(to, each.Message);
            else _heldBack.Add(to, each);
        }
    }
}

/// <summary>Messages that leave later, in the order in which they are due. Thread-safe.</summary>
internal sealed class HeldBack : IDisposable
{
    // What is too much is lost, as on any network: a liar must not be able to fill its own memory either.
    private const int WaitingMax = 16_384;
    private const long MillisecondsPerSecond = 1000;

    private readonly IPeerTransport _transport;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private readonly PriorityQueue<(ReplicaId To, PeerMessage Message), (long Due, long Number)> _waiting = new();
    private readonly ITimer _timer;
    private long _number;

    public HeldBack(IPeerTransport transport, TimeProvider clock)
    {
        (_transport, _clock) = (transport, clock);
        _timer = clock.CreateTimer(static self => ((HeldBack)self!).Release(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Sends this when its delay is over.</summary>
    public void Add(ReplicaId to, Said said)
    {
        lock (_gate)
        {
            if (_waiting.Count >= WaitingMax) return;
            _waiting.Enqueue((to, said.Message), (_clock.GetTimestamp() + said.Delay * _clock.TimestampFrequency / MillisecondsPerSecond, _number++));
            SetTimer();
        }
    }

    /// <summary>What still waits is lost.</summary>
    public void Dispose() => _timer.Dispose();

    private void Release()
    {
        var due = new List<(ReplicaId To, PeerMessage Message)>();
        lock (_gate)
        {
            var now = _clock.GetTimestamp();
            while (_waiting.TryPeek(out var first, out var order) && order.Due <= now)
            {
                due.Add(first);
                _waiting.Dequeue();
            }

            SetTimer();
        }

        foreach (var (to, message) in due) _transport.Send(to, message);
    }

    // A millisecond more than what is left, because timers count whole ones and would come too early.
    private void SetTimer()
    {
        if (!_waiting.TryPeek(out _, out var first)) return;
        var left = Math.Max(0, first.Due - _clock.GetTimestamp()) * MillisecondsPerSecond / _clock.TimestampFrequency;
        _timer.Change(TimeSpan.FromMilliseconds(left + 1), Timeout.InfiniteTimeSpan);
    }
}
