using System.Collections.Concurrent;
using KvStore.Protocol;
using KvStore.Replication.Pool.Envelopes;

namespace KvStore.Replication.Tests.Envelopes;

/// <summary>
/// Carries envelopes between the nodes of one process, on the thread that sends. It may lose, repeat and hold back envelopes, by a seed, and keeps all that passed;
/// it never alters one.
/// </summary>
internal sealed class CarrierHub(int seed = 1, int percentLost = 0, int percentRepeated = 0, int percentHeldBack = 0)
{
    private readonly ConcurrentDictionary<int, EnvelopeNetwork> _nodes = new();
    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);
    private readonly List<(ReplicaId To, ReadOnlyMemory<byte> Envelope)> _heldBack = [];

    /// <summary>All that was sent, in order.</summary>
    public ConcurrentQueue<(ReplicaId From, ReplicaId To, ReadOnlyMemory<byte> Envelope)> Passed { get; } = new();

    /// <summary>What does not arrive; nothing, unless a test says so.</summary>
    public Func<ReplicaId, ReplicaId, bool> IsCut { get; set; } = (_, _) => false;

    public IEnvelopeCarrier Of(ReplicaId from) => new Carrier(this, from);

    public void Connect(ReplicaId node, EnvelopeNetwork network) => _nodes[node.Index] = network;

    public void Deliver(ReplicaId to, ReadOnlyMemory<byte> envelope)
    {
        if (_nodes.TryGetValue(to.Index, out var network)) network.Receive(envelope);
    }

    private void Send(ReplicaId from, ReplicaId to, ReadOnlyMemory<byte> envelope)
    {
        Passed.Enqueue((from, to, envelope));
        if (IsCut(from, to)) return;
        List<(ReplicaId To, ReadOnlyMemory<byte> Envelope)> now = [];
        lock (_gate)
        {
            if (_random.Next(100) < percentLost) return;
            if (_random.Next(100) < percentRepeated) now.Add((to, envelope));
            if (_random.Next(100) < percentHeldBack)
            {
                _heldBack.Add((to, envelope));
            }
            else
            {
                now.Add((to, envelope));
                if (_heldBack.Count > 5)
                {
                    now.AddRange(_heldBack);
                    _heldBack.Clear();
                }
            }
        }

        foreach (var (node, late) in now) Deliver(node, late);
    }

    private sealed class Carrier(CarrierHub hub, ReplicaId from) : IEnvelopeCarrier
    {
        public void Send(ReplicaId to, ReadOnlyMemory<byte> envelope) => hub.Send(from, to, envelope);

        public string AddressOf(ReplicaId node) => $"hub/{node.Index}";
    }
}
