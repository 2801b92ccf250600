using System.Net;
using KvStore.Protocol;

namespace KvStore.Replication.Pool.Network;

/// <summary>
/// How many TLS handshakes are carried out, because each costs a processor about a millisecond. Those from where a peer was last reached or came from have a
/// share of their own: however many strangers knock, from however many addresses, a peer gets in. Thread-safe.
/// </summary>
internal sealed class HandshakeGate(PoolNetworkLimits limits, int nodes, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly IPAddress?[] _addresses = new IPAddress?[nodes];
    private readonly Bucket[] _ofPeers = [.. Enumerable.Range(0, nodes).Select(_ => new Bucket(limits.HandshakesOfPeerMax, limits.HandshakesPerSecond, clock))];
    private readonly Bucket _ofStrangers = new(limits.HandshakesOfStrangersMax, limits.HandshakesPerSecond, clock);

    /// <summary>A peer has proven itself at the other end of a connection with this address.</summary>
    public void Know(ReplicaId peer, EndPoint? at)
    {
        if (AddressOf(at) is not { } address) return;
        lock (_gate) _addresses[peer.Index] = address;
    }

    /// <summary>Whether a handshake with this address may be carried out now.</summary>
    public bool TryPass(EndPoint? with)
    {
        var address = AddressOf(with);
        lock (_gate)
        {
            // Several peers may share an address, and whoever else is there shares theirs.
            for (var i = 0; i < _addresses.Length; i++)
            {
                if (_addresses[i] is { } known && known.Equals(address) && _ofPeers[i].TryTake()) return true;
            }

            return _ofStrangers.TryTake();
        }
    }

    private static IPAddress? AddressOf(EndPoint? endpoint) => (endpoint as IPEndPoint)?.Address is not { } address ? null : address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>A token bucket: a burst, and then so many a second.</summary>
    private sealed class Bucket(int burst, int perSecond, TimeProvider clock)
    {
        private double _tokens = burst;
        private long _filledAt = clock.GetTimestamp();

        public bool TryTake()
        {
            var now = clock.GetTimestamp();
            _tokens = Math.Min(burst, _tokens + clock.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond);
            _filledAt = now;
            if (_tokens < 1) return false;
            _tokens--;
            return true;
        }
    }
}
