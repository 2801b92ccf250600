using KvStore.Protocol;

namespace KvStore.Replication.Pool.Network;

/// <summary>One peer: the connection that is dialled to it, the one that it dialled, and what is counted of both.</summary>
internal sealed class Peer : ISendLine
{
    public Peer(NetworkCore core, ReplicaId id, SendPump pump)
    {
        Id = id;
        Counters = new PeerCounters(core.Options.Self, id, core.Limits, core.Clock, core.Logger);
        Queue = new SendQueue(core.Limits, pump, OnDropped);
        Dialler = new Dialler(core, this, core.Options.Addresses[id.Index]);
        Seat = new InboundSeat(core);
    }

    public ReplicaId Id { get; }

    /// <summary>What is counted.</summary>
    public PeerCounters Counters { get; }

    /// <inheritdoc/>
    public SendQueue Queue { get; }

    /// <summary>The connection that is dialled.</summary>
    public Dialler Dialler { get; }

    /// <summary>The connection that the peer dialled.</summary>
    public InboundSeat Seat { get; }

    /// <summary>Whether it had too much rejected, lately.</summary>
    public bool IsShutOut => Counters.IsShutOut;

    public PeerStatus Status => Counters.Status(Dialler.Address, sending: Queue.IsOpen, receiving: Seat.IsTaken, Queue.Bytes);

    public void OnConnected() => Counters.OnConnected();

    public void OnSent(int frames, long bytes) => Counters.OnSent(frames, bytes);

    public void OnReceived(int frames, long bytes) => Counters.OnReceived(frames, bytes);

    public void OnPong(TimeSpan roundTrip) => Counters.OnPong(roundTrip);

    /// <inheritdoc/>
    public void OnDropped(DropKind kind) => Counters.OnDropped(kind);

    /// <summary>Counts something that the peer sent and that was refused. False when it is shut out from now on.</summary>
    public bool OnRejected(RejectionKind kind) => Counters.OnRejected(kind);
}
