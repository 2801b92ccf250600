using KvStore.Protocol;

namespace KvStore.Consensus.CatchingUp;

/// <summary>What the peers last said of themselves, and what they were given: one place per peer.</summary>
internal sealed class PeerTable(GroupConfig group)
{
    // A peer's share in a tick: so many cheap answers, or as many fewer as they cost more. Over it, the peer waits for the next tick.
    private const int SharePerTick = 1024;

    // How long it takes until the group moves to another view again for the same peer.
    private const ulong MovedOnAgainTicks = 1000;

    private readonly StatusMessage?[] _statuses = new StatusMessage?[group.Replicas];
    private readonly ulong[] _statusTick = new ulong[group.Replicas];
    private readonly bool[] _silent = new bool[group.Replicas];
    private readonly ulong[] _movedOnTick = new ulong[group.Replicas];
    private readonly ulong[] _helpedTick = new ulong[group.Replicas];
    private readonly ulong[] _servingTick = new ulong[group.Replicas];
    private readonly int[] _servings = new int[group.Replicas];

    /// <summary>When this replica last executed a batch, in ticks.</summary>
    public ulong LastExecutedTick { get; private set; }

    /// <summary>Whether any peer has said within the last <paramref name="recently"/> ticks that it lost its disk and waits for positions to move on.</summary>
    public bool SomeoneRejoins(ulong tick, ulong recently)
    {
        for (var i = 0; i < _statuses.Length; i++)
        {
            if (_statuses[i] is { Rejoining: true } && _statusTick[i] + recently >= tick) return true;
        }

        return false;
    }

    public void OnExecuted(ulong tick) => LastExecutedTick = tick;

    public void Note(ReplicaId peer, StatusMessage status, ulong tick)
    {
        _statuses[peer.Index] = status;
        _statusTick[peer.Index] = tick;
        _silent[peer.Index] = false;
    }

    /// <summary>Whether a peer has not been heard of for so many ticks; true once, until it is heard of again.</summary>
    public bool FallsSilent(ReplicaId peer, ulong tick, ulong afterTicks)
    {
        if (_silent[peer.Index] || tick < _statusTick[peer.Index] + afterTicks) return false;
        _silent[peer.Index] = true;
        return true;
    }

    /// <summary>
    /// Whether to move to another view for a peer that lost its disk and may not vote in the present one: the group is a replica short until it does.
    /// Once in a long time for each peer, because a liar could move the group about with it.
    /// </summary>
    public bool MayMoveOnFor(ReplicaId peer, ulong tick)
    {
        if (_movedOnTick[peer.Index] != 0 && tick < _movedOnTick[peer.Index] + MovedOnAgainTicks) return false;
        _movedOnTick[peer.Index] = tick;
        return true;
    }

    public StatusMessage? Of(ReplicaId peer) => _statuses[peer.Index];

    /// <summary>Whether the peer may be helped now: once in a tick, however often it says where it stands.</summary>
    public bool MayHelp(ReplicaId peer, ulong tick)
    {
        if (_helpedTick[peer.Index] >= tick) return false;
        _helpedTick[peer.Index] = tick;
        return true;
    }

    /// <summary>Takes what an answer costs from the peer's share of this tick.</summary>
    public bool MayServe(ReplicaId peer, ulong tick, int cost)
    {
        if (_servingTick[peer.Index] != tick)
        {
            _servingTick[peer.Index] = tick;
            _servings[peer.Index] = 0;
        }

        _servings[peer.Index] += cost;
        return _servings[peer.Index] <= SharePerTick;
    }

    /// <summary>The peer that says it has executed most, when that is more than <paramref name="executed"/>.</summary>
    public ReplicaId? MostAhead(SequenceNumber executed)
    {
        ReplicaId? best = null;
        var most = executed;
        for (ushort i = 0; i < _statuses.Length; i++)
        {
            if (_statuses[i] is not { } status || status.Executed <= most) continue;
            most = status.Executed;
            best = new ReplicaId(i);
        }

        return best;
    }
}
