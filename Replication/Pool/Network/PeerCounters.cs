using System.Numerics;
using KvStore.Protocol;
using Microsoft.Extensions.Logging;

namespace KvStore.Replication.Pool.Network;

/// <summary>What is counted of one peer, whatever carries its messages, and whether too much of it was rejected. Thread-safe.</summary>
internal sealed class PeerCounters(ReplicaId self, ReplicaId peer, PoolNetworkLimits limits, TimeProvider clock, ILogger logger)
{
    private readonly KindCounters<DropKind> _dropped = new();
    private readonly KindCounters<RejectionKind> _rejected = new();
    private readonly RejectionQuota _quota = new(limits, clock);
    private long _framesIn;
    private long _bytesIn;
    private long _framesOut;
    private long _bytesOut;
    private long _connects;
    private long _lastSeen;
    private long _roundTrip = -1;

    /// <summary>Whether it had too much rejected, lately.</summary>
    public bool IsShutOut => _quota.IsShutOut;

    /// <summary>What was counted so far, with what only the caller knows.</summary>
    public PeerStatus Status(string address, bool sending, bool receiving, long bytesQueued) => new()
    {
        Peer = peer,
        Address = address,
        Sending = sending,
        Receiving = receiving,
        FramesOut = Interlocked.Read(ref _framesOut),
        BytesOut = Interlocked.Read(ref _bytesOut),
        FramesIn = Interlocked.Read(ref _framesIn),
        BytesIn = Interlocked.Read(ref _bytesIn),
        BytesQueued = bytesQueued,
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
        if (BitOperations.IsPow2(count)) logger.MessagesDropped(self.Index, peer.Index, count, kind);
    }

    /// <summary>Counts something that the peer sent and that was refused. False when it is shut out from now on.</summary>
    public bool OnRejected(RejectionKind kind)
    {
        var count = _rejected.Add(kind);
        if (BitOperations.IsPow2(count)) logger.PeerRejected(self.Index, peer.Index, count, kind);
        if (_quota.Add()) return true;
        logger.PeerShutOut(self.Index, peer.Index, limits.ShutOutTime);
        return false;
    }

    private void OnSeen() => Interlocked.Exchange(ref _lastSeen, clock.GetUtcNow().UtcTicks);
}
