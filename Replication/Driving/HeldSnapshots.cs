using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Replication.Driving;

/// <summary>
/// The states that a driver holds for checkpoints: those not stable yet, the last two stable ones, and those that a peer is fetching, for as long
/// as it does: a transfer under load must not lose its source with every new checkpoint. Bounded by the window and the number of peers.
/// </summary>
internal sealed class HeldSnapshots
{
    private const ulong ServedTicks = 500;

    private readonly SortedDictionary<SequenceNumber, ShardState> _states = [];
    // One a peer, so that no peer can drive out what another is fetching.
    private readonly SortedDictionary<ReplicaId, (SequenceNumber Sequence, ulong Tick)> _served = [];
    private SequenceNumber _previousStable;
    private SequenceNumber _stable;

    public void Add(ShardState state) => _states[state.Sequence] = state;

    public ShardState? Find(SequenceNumber sequence) => _states.GetValueOrDefault(sequence);

    /// <summary>Finds a stable state for a peer, and keeps it while it is asked for.</summary>
    public ShardState? Serve(ReplicaId to, SequenceNumber sequence, ulong tick)
    {
        if (sequence > _stable || !_states.TryGetValue(sequence, out var state)) return null;
        _served[to] = (sequence, tick);
        return state;
    }

    public void OnStable(SequenceNumber stable, ulong tick)
    {
        (_previousStable, _stable) = (_stable, stable);
        var served = new SortedSet<SequenceNumber>(_served.Values.Where(each => each.Tick + ServedTicks >= tick).Select(each => each.Sequence));
        foreach (var sequence in _states.Keys.Where(sequence => sequence < stable).ToList())
        {
            if (sequence != _previousStable && !served.Contains(sequence)) _states.Remove(sequence);
        }
    }
}
