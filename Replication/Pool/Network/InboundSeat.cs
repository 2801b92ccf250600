using Microsoft.AspNetCore.Connections;

namespace KvStore.Replication.Pool.Network;

/// <summary>The one connection that a peer may have dialled: a newer one takes its place, because the peer may know better that the older one is dead.</summary>
internal sealed class InboundSeat(NetworkCore core)
{
    private readonly Lock _gate = new();
    private Ticket? _ticket;

    public bool IsTaken => Volatile.Read(ref _ticket) is not null;

    /// <summary>Takes the seat; an earlier connection is closed.</summary>
    public Ticket Take(ConnectionContext connection)
    {
        var mine = new Ticket(connection, core.Clock);
        Ticket? earlier;
        lock (_gate) (earlier, _ticket) = (_ticket, mine);
        earlier?.Connection.Abort(new ConnectionAbortedException("The peer dialled anew."));
        return mine;
    }

    public void Leave(Ticket ticket)
    {
        lock (_gate)
        {
            if (_ticket == ticket) _ticket = null;
        }
    }

    /// <summary>Closes the connection when nothing came over it for too long: the peer pings while it lives.</summary>
    public void OnTick()
    {
        if (Volatile.Read(ref _ticket) is { } ticket && ticket.Silence > core.Limits.DeadAfter) Close("The peer is silent.");
    }

    /// <summary>Closes the connection that there is.</summary>
    public void Close(string why) => Volatile.Read(ref _ticket)?.Connection.Abort(new ConnectionAbortedException(why));

    /// <summary>Who sits there.</summary>
    internal sealed class Ticket(ConnectionContext connection, TimeProvider clock)
    {
        private long _receivedAt = clock.GetTimestamp();

        public ConnectionContext Connection => connection;

        public TimeSpan Silence => clock.GetElapsedTime(Interlocked.Read(ref _receivedAt));

        public void OnReceived() => Interlocked.Exchange(ref _receivedAt, clock.GetTimestamp());
    }
}
