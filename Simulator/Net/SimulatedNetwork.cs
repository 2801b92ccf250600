// A test double. It may break: delivery, order, time and number of messages, and which links work. It may not break: content, and who a message is from.
using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>Carries packets between replicas, as badly as its settings say.</summary>
internal sealed class SimulatedNetwork(SwarmSettings settings, DeterministicRandom random, EventQueue queue, StatementContext context, Action<ReplicaId, ReplicaId, Packet> deliver)
{
    private const int HealedJitterMax = 5;

    private readonly bool[,] _cut = new bool[settings.Replicas, settings.Replicas];

    /// <summary>Whether the faults are over.</summary>
    public bool IsHealed { get; private set; }

    public void Send(ReplicaId from, ReplicaId to, Packet packet)
    {
        if (_cut[from.Index, to.Index]) return;
        if (!IsHealed && random.Chance(settings.DropChance)) return;
        Carry(from, to, packet);
        if (!IsHealed && random.Chance(settings.DuplicateChance)) Carry(from, to, packet);
    }

    /// <summary>Cuts or mends one direction of a link.</summary>
    public void SetCut(int from, int to, bool cut) => _cut[from, to] = cut;

    /// <summary>Cuts the group in two.</summary>
    public void Partition(Func<int, bool> isOnOneSide)
    {
        for (var from = 0; from < settings.Replicas; from++)
        {
            for (var to = 0; to < settings.Replicas; to++) _cut[from, to] = isOnOneSide(from) != isOnOneSide(to);
        }
    }

    /// <summary>All links work again.</summary>
    public void Mend() => Array.Clear(_cut);

    /// <summary>The end of all faults.</summary>
    public void Heal()
    {
        Mend();
        IsHealed = true;
    }

    private void Carry(ReplicaId from, ReplicaId to, Packet packet)
    {
        if ((random.Chance(settings.CodecChance) ? packet.ThroughTheWire(context) : packet) is not { } carried) return;
        queue.After(Delay(), () => deliver(from, to, carried));
    }

    private long Delay()
    {
        if (IsHealed) return settings.DelayMin + random.Between(0, Math.Min(settings.DelayJitter, HealedJitterMax));
        if (random.Chance(settings.TailChance)) return random.Between(settings.DelayMin, settings.DelayMin + settings.TailMax);
        return settings.DelayMin + random.Between(0, settings.DelayJitter);
    }
}
