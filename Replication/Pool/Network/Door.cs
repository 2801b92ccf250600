using System.Net;
using Microsoft.AspNetCore.Connections;

namespace KvStore.Replication.Pool.Network;

/// <summary>
/// Connections that have not introduced themselves, within bounds. For one too many the oldest is closed, and not the newest refused: a peer introduces itself
/// within milliseconds, so those that are old are idle, and thousands of idle ones can't keep a peer out.
/// </summary>
internal sealed class Door(PoolNetworkLimits limits)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Stranger> _strangers = new(); // The oldest first.

    public int Count
    {
        get
        {
            lock (_gate) return _strangers.Count;
        }
    }

    /// <summary>Lets a connection in, and gives the one that has to go for it.</summary>
    public Stranger Enter(ConnectionContext connection, out Stranger? evicted)
    {
        var stranger = new Stranger(connection, (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None);
        lock (_gate)
        {
            evicted = OldestTooMany(stranger.Address);
            if (evicted is not null) Remove(evicted);
            stranger.Place = _strangers.AddLast(stranger);
        }

        return stranger;
    }

    /// <summary>The connection has introduced itself, or is over. Does nothing the second time.</summary>
    public void Leave(Stranger stranger)
    {
        lock (_gate) Remove(stranger);
    }

    private Stranger? OldestTooMany(IPAddress address)
    {
        var ofAddress = 0;
        Stranger? oldest = null;
        foreach (var stranger in _strangers)
        {
            if (!stranger.Address.Equals(address)) continue;
            oldest ??= stranger;
            ofAddress++;
        }

        if (ofAddress >= limits.StrangersPerAddressMax) return oldest;
        return _strangers.Count >= limits.StrangersMax ? _strangers.First!.Value : null;
    }

    private void Remove(Stranger stranger)
    {
        if (stranger.Place is { } place) _strangers.Remove(place);
        stranger.Place = null;
    }

    /// <summary>One of them.</summary>
    internal sealed class Stranger(ConnectionContext connection, IPAddress address)
    {
        public ConnectionContext Connection => connection;

        public IPAddress Address => address;

        /// <summary>Whether it had to go for another one.</summary>
        public bool IsEvicted { get; set; }

        /// <summary>Whether its TLS handshake was one too many.</summary>
        public bool IsHasty { get; set; }

        /// <summary>Whether it came through the TLS handshake.</summary>
        public bool HasTls { get; set; }

        public LinkedListNode<Stranger>? Place { get; set; }
    }
}
