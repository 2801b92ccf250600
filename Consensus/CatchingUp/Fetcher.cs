using System.Collections.Immutable;
using KvStore.Consensus.NormalCase;
using KvStore.Protocol;

namespace KvStore.Consensus.CatchingUp;

/// <summary>
/// Finds out what slots lack, bodies and batches, and asks for it: the primary first, then the others in turn. What is asked for is computed from
/// the slots at each round, so nothing is remembered that could grow.
/// </summary>
internal sealed class Fetcher(ReplicaId self, GroupConfig group)
{
    // The bodies that the last round found missing, and whether a committed batch needs them: those are taken even when the pool is full.
    private readonly LookupTable<Digest, bool> _wanted = new();
    private ulong _round;
    private ulong _lastTick;

    /// <summary>Whether some body was found missing.</summary>
    public bool WantsSome => _wanted.Count > 0;

    /// <summary>Whether a body was found missing, so that it is welcome.</summary>
    public bool Wants(Digest body) => _wanted.ContainsKey(body);

    /// <summary>Whether a committed batch needs it.</summary>
    public bool Needs(Digest body) => _wanted.TryGetValue(body, out var committed) && committed;

    /// <summary>A body has come. True when it was the last one that was missing, so that slots may go on.</summary>
    public bool OnArrived(Digest body) => _wanted.Remove(body) && _wanted.Count == 0;

    /// <summary>Forgets what was missing: the state has jumped ahead, and what still is missing is found again.</summary>
    public void Forget() => _wanted.Clear();

    /// <summary>Whether the pool lacks a body of the batch; remembers the missing ones as wanted.</summary>
    public bool MissingBodies(ReplicaState state, Slot slot, Batch batch)
    {
        if (slot.IsExecuted && slot.CommittedBatch == batch) return false;
        var missing = false;
        foreach (var digest in batch.Requests)
        {
            if (state.Pool.Contains(digest)) continue;
            _wanted[digest] = slot.Committed?.Vote.Batch == batch.Digest;
            missing = true;
        }

        return missing;
    }

    /// <summary>Asks for what the slots lack. Called at each tick; asks at most once in two ticks, and another peer each time.</summary>
    public void Ask(ReplicaState state)
    {
        if (state.Ticks < _lastTick + 2) return;
        var bodies = ImmutableArray.CreateBuilder<Digest>();
        var batches = ImmutableArray.CreateBuilder<Digest>();
        _wanted.Clear();
        foreach (var slot in state.Slots.Above(state.Low)) // What is stable lacks nothing any more.
        {
            if (!slot.IsExecuted) Collect(state, slot, bodies, batches);
            else if (!slot.Accepted && slot.Proposed is { } digest && slot.Lacks(digest)) batches.Add(digest);
        }

        if (bodies.Count == 0 && batches.Count == 0)
        {
            _round = 0;
            return;
        }

        _lastTick = state.Ticks;
        Requests.RetrySlots(state); // What came in part may have completed one slot and not another.
        var to = NextPeer(state);
        if (batches.Count > 0) state.Emit(new Send(to, new FetchBatchesMessage([.. batches.Take(PeerMessage.FetchMax)])));
        if (bodies.Count > 0) state.Emit(new Send(to, new FetchRequestsMessage([.. bodies.Take(PeerMessage.FetchMax)])));
    }

    private void Collect(ReplicaState state, Slot slot, ImmutableArray<Digest>.Builder bodies, ImmutableArray<Digest>.Builder batches)
    {
        var digest = slot.Committed?.Vote.Batch ?? (slot.Accepted ? null : slot.Proposed);
        if (digest is { } needed)
        {
            if (slot.Find(needed) is not { } batch) batches.Add(needed);
            else CollectBodies(state, batch, slot.Committed is not null, bodies);
        }

        // A prepared batch may have to be carried over: whoever reports its certificate must be able to serve it.
        if (slot.Prepared is { } prepared && prepared.Vote.Batch != digest && slot.Lacks(prepared.Vote.Batch)) batches.Add(prepared.Vote.Batch);
    }

    private void CollectBodies(ReplicaState state, Batch batch, bool committed, ImmutableArray<Digest>.Builder bodies)
    {
        foreach (var body in batch.Requests)
        {
            if (state.Pool.Contains(body) || !_wanted.TryAdd(body, committed)) continue;
            bodies.Add(body);
        }
    }

    private ReplicaId NextPeer(ReplicaState state)
    {
        var first = state.Primary.Index;
        while (true)
        {
            var peer = new ReplicaId((ushort)((first + _round++) % (ulong)group.Replicas));
            if (peer != self || group.Replicas == 1) return peer;
        }
    }
}
