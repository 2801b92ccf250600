using KvStore.Protocol;
using KvStore.Replication.Pool.Envelopes;

namespace KvStore.Grains.Tests;

/// <summary>What happens to envelopes on the way, in percent: one seed, one sequence of mishaps. It never alters an envelope.</summary>
internal sealed record Mishaps(int Seed, int Lost, int Repeated, int HeldBack);

/// <summary>Loses, repeats and holds back envelopes before the real carrier gets them, and all that would cross a cut.</summary>
internal sealed class FaultyCarrier(IEnvelopeCarrier carrier, Mishaps mishaps, int node, Func<int, int, bool> isCut) : IEnvelopeCarrier
{
    private readonly Lock _gate = new();
    private readonly Random _random = new(mishaps.Seed + node);
    private readonly List<(ReplicaId To, ReadOnlyMemory<byte> Envelope)> _heldBack = [];

    public void Send(ReplicaId to, ReadOnlyMemory<byte> envelope)
    {
        List<(ReplicaId To, ReadOnlyMemory<byte> Envelope)> now = [];
        lock (_gate)
        {
            if (isCut(node, to.Index) || _random.Next(100) < mishaps.Lost) return;
            if (_random.Next(100) < mishaps.Repeated) now.Add((to, envelope));
            if (_random.Next(100) < mishaps.HeldBack) _heldBack.Add((to, envelope));
            else now.Add((to, envelope));
            if (_heldBack.Count > 5)
            {
                now.AddRange(_heldBack);
                _heldBack.Clear();
            }
        }

        foreach (var (target, each) in now) carrier.Send(target, each);
    }

    public string AddressOf(ReplicaId node) => carrier.AddressOf(node);
}
