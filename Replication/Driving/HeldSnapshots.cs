using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Replication.Driving;

/// <summary>
/// The states that a driver holds for checkpoints: those not stable yet, the last two stable ones, and those that a peer is fetching, for as long
/// as it does: a transfer under load must not lose its source with every new checkpoint. Bounded by the window and by <see cref="ServedMax"/>.
/// </summary>
internal sealed class HeldSnapshots
{
    private const int ServedMax = 2;
    private const ulong ServedTicks = 500;

    private readonly SortedDictionary<SequenceNumber, ShardState> _states = [];
    private readonly SortedDictionary<SequenceNumber, ulong> _servedTick = [];
    private SequenceNumber _previousStable;
    private SequenceNumber _stable;

    public void Add(ShardState state) => _states[state.Sequence] = state;

    public ShardState? Find(SequenceNumber sequence) => _states.GetValueOrDefault(sequence);

    /// <summary>Finds a stable state for a peer, and keeps it while it is asked for.</summary>
    public ShardState? Serve(SequenceNumber sequence, ulong tick)
    {
        if (sequence > _stable || !_states.TryGetValue(sequence, out var state)) return null;
        _servedTick[sequence] = tick;
        return state;
    }

    public void OnStable(SequenceNumber stable, ulong tick)
    {
        (_previousStable, _stable) = (_stable, stable);
        var served = _servedTick.Where(each => each.Value + ServedTicks >= tick).OrderByDescending(each => each.Value).Take(ServedMax).Select(each => each.Key).ToList();
        foreach (var sequence in _states.Keys.Where(sequence => sequence < stable).ToList())
        {
            if (sequence == _previousStable || served.Contains(sequence)) continue;
            _states.Remove(sequence);
            _servedTick.Remove(sequence);
        }
    }
}
