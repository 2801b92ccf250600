// protocol.md section 10: the state in chunks, each proven against the certified root, from several peers in parallel.
using KvStore.Protocol;

namespace KvStore.Consensus.StateTransfer;

/// <summary>
/// Fetches a checkpoint's state: the map's key space is cut into equal ranges, each is fetched from its start to its end, chunk by chunk, several
/// ranges at a time, from peers in turn. A peer whose chunk does not verify is not asked again in this transfer.
/// </summary>
internal sealed class SnapshotTransfer(ReplicaId self, GroupConfig group, ConsensusConfig config)
{
    private const int Ranges = 16;
    private const ulong ChunkTimeoutTicks = 100;

    private readonly bool[] _banned = new bool[group.Replicas];
    private readonly bool[] _missing = new bool[group.Replicas];
    private TransferRange[] _ranges = [];
    private int _nextPeer;

    /// <summary>The checkpoint that is being fetched; null when none is.</summary>
    public QuorumCertificate<Checkpoint>? Certificate { get; private set; }

    /// <summary>Begins to fetch, unless a transfer is under way: one that started over with every new checkpoint would never end under load.</summary>
    public void Begin(ReplicaState state, QuorumCertificate<Checkpoint> certificate)
    {
        if (Certificate is not null) return;
        Certificate = certificate;
        Array.Clear(_banned);
        Array.Clear(_missing);
        _ranges = [.. Enumerable.Range(0, Ranges).Select(index => new TransferRange(index, Ranges))];
        state.Emit(new AssembleSnapshot(certificate));
        Ask(state);
    }

    /// <summary>A transfer ends when its checkpoint is installed, or reached by other means.</summary>
    public void EndIfReached(SequenceNumber stable)
    {
        if (Certificate is { } current && current.Vote.Sequence <= stable) Certificate = null;
    }

    public void OnTick(ReplicaState state)
    {
        BeginIfStuck(state);
        if (Certificate is null) return;
        foreach (var range in _ranges)
        {
            if (range.AskedTick is { } asked && state.Ticks >= asked + ChunkTimeoutTicks) range.Release();
        }

        Ask(state);
    }

    public void OnChunk(ReplicaState state, ReplicaId from, ChunkMessage chunk)
    {
        var asked = Certificate is { } certificate && certificate.Vote.Sequence == chunk.Checkpoint
            && Array.Exists(_ranges, range => range.IsAsked(from, chunk.From));
        if (asked) state.Emit(new AddChunk(from, chunk.Checkpoint, chunk.From, chunk.Content));
        else state.Reject(RejectionKind.Unsolicited, from);
    }

    public void OnAdded(ReplicaState state, ChunkAdded added)
    {
        foreach (var range in _ranges)
        {
            if (range.Next == added.Start) range.Advance(added.CoveredUpTo, added.ToTheEnd);
        }

        if (Certificate is not null) Ask(state);
    }

    public void OnRefused(ReplicaState state, ChunkRefused refused)
    {
        if (Certificate is null) return;
        if (refused.Missing) _missing[refused.From.Index] = true;
        else _banned[refused.From.Index] = true;
        foreach (var range in _ranges)
        {
            if (range.IsAsked(refused.From, refused.Start)) range.Release();
        }

        if (!HasPeer()) GiveUp(state);
        else Ask(state);
    }

    // A replica that is behind first catches up by certificates; when that does not move, it fetches the state.
    private void BeginIfStuck(ReplicaState state)
    {
        if (state.Checkpoints.Target is not { } target) return;
        var damaged = state.Checkpoints.Own(target.Vote.Sequence) is { } own && own != target.Vote;
        if (target.Vote.Sequence <= state.Executed && !damaged) return;
        var patience = 3 * state.Config.StatusIntervalTicks;
        var far = target.Vote.Sequence.Number - state.Executed.Number > (ulong)state.Config.RetainedBatchesMax;
        if (far || state.Ticks >= state.Peers.LastExecutedTick + patience) Begin(state, target);
    }

    // Nobody holds this state any more, or nobody told the truth: try the newest checkpoint known, or the same again.
    private void GiveUp(ReplicaState state)
    {
        var certificate = Certificate!;
        Certificate = null;
        state.Peers.OnExecuted(state.Ticks); // Wait a while before the next try.
        if (state.Checkpoints.Target is { } target && target.Vote.Sequence > certificate.Vote.Sequence) Begin(state, target);
    }

    private void Ask(ReplicaState state)
    {
        var inFlight = _ranges.Count(range => range.AskedTick is not null);
        foreach (var range in _ranges)
        {
            if (inFlight >= config.SnapshotChunksInFlight) return;
            if (range.IsDone || range.AskedTick is not null || !HasPeer()) continue;
            var peer = NextPeer();
            range.Ask(peer, state.Ticks);
            inFlight++;
            state.Emit(new Send(peer, new FetchChunkMessage(Certificate!.Vote.Sequence, range.Next)));
        }
    }

    private bool IsPeer(int index) => index != self.Index && !_banned[index] && !_missing[index];

    private bool HasPeer() => Enumerable.Range(0, group.Replicas).Any(IsPeer);

    private ReplicaId NextPeer()
    {
        do _nextPeer = (_nextPeer + 1) % group.Replicas;
        while (!IsPeer(_nextPeer));
        return new ReplicaId((ushort)_nextPeer);
    }
}
