using System.Numerics;
using KvStore.Protocol;

namespace KvStore.Replication.Pool.Network;

/// <summary>One peer: the connection that is dialled to it, the one that it dialled, and what is counted of both.</summary>
internal sealed class Peer
{
    private readonly NetworkCore _core;
    private readonly KindCounters<DropKind> _dropped = new();
    private readonly KindCounters<RejectionKind> _rejected = new();
    private readonly RejectionQuota _quota;
    private long _framesIn;
    private long _bytesIn;
    private long _framesOut;
    private long _bytesOut;
    private long _connects;
    private long _lastSeen;
    private long _roundTrip = -1;

    public Peer(NetworkCore core, ReplicaId id)
    {
        _core = core;
        Id = id;
        _quota = new RejectionQuota(core.Limits, core.Clock);
        Queue = new SendQueue(core.Limits, OnDropped);
        Dialler = new Dialler(core, this, core.Options.Addresses[id.Index]);
        Seat = new InboundSeat(core);
    }

    public ReplicaId Id { get; }

    /// <summary>What waits to be sent.</summary>
    public SendQueue Queue { get; }

    /// <summary>The connection that is dialled.</summary>
    public Dialler Dialler { get; }

    /// <summary>The connection that the peer dialled.</summary>
    public InboundSeat Seat { get; }

    /// <summary>Whether it had too much rejected, lately.</summary>
    public bool IsShutOut => _quota.IsShutOut;

    public PeerStatus Status => new()
    {
        Peer = Id,
        Address = Dialler.Address,
        Sending = Queue.IsOpen,
        Receiving = Seat.IsTaken,
        FramesOut = Interlocked.Read(ref _framesOut),
        BytesOut = Interlocked.Read(ref _bytesOut),
        FramesIn = Interlocked.Read(ref _framesIn),
        BytesIn = Interlocked.Read(ref _bytesIn),
        BytesQueued = Queue.Bytes,
        Dropped = _dropped.Snapshot(),
        Rejected = _rejected.Snapshot(),
        ShutOut = IsShutOut,
        LastSeen = Interlocked.Read(ref _lastSeen) is not 0 and var seen ? new DateTimeOffset(seen, TimeSpan.Zero) : null,
        RoundTrip = Interlocked.Read(ref _roundTrip) is >= 0 and var ticks ? TimeSpan.FromTicks(ticks) : null,
        Connects = Interlocked.Read(ref _connects),
    };

    public void OnConnected() => Interlocked.Increment(ref _connects);

    public void OnSent(int frames, long bytes)
    {
        Interlocked.Add(ref _framesOut, frames);
        Interlocked.Add(ref _bytesOut, bytes);
    }

    public void OnReceived(int frames, long bytes)
    {
        Interlocked.Add(ref _framesIn, frames);
        Interlocked.Add(ref _bytesIn, bytes);
        OnSeen();
    }

    public void OnPong(TimeSpan roundTrip)
    {
        Interlocked.Exchange(ref _roundTrip, roundTrip.Ticks);
        OnSeen();
    }

    /// <summary>Counts a message that was lost. Logged at powers of two.</summary>
    public void OnDropped(DropKind kind)
    {
        var count = _dropped.Add(kind);
        if (BitOperations.IsPow2(count)) _core.Logger.MessagesDropped(_core.Options.Self.Index, Id.Index, count, kind);
    }

    /// <summary>Counts something that the peer sent and that was refused. False when it is shut out from now on.</summary>
    public bool OnRejected(RejectionKind kind)
    {
        var count = _rejected.Add(kind);
        if (BitOperations.IsPow2(count)) _core.Logger.PeerRejected(_core.Options.Self.Index, Id.Index, count, kind);
        if (_quota.Add()) return true;
        _core.Logger.PeerShutOut(_core.Options.Self.Index, Id.Index, _core.Limits.ShutOutTime);
        return false;
    }

    private void OnSeen() => Interlocked.Exchange(ref _lastSeen, _core.Clock.GetUtcNow().UtcTicks);
}
