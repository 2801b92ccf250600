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
    private const int SilencesMax = 3;

    private readonly bool[] _banned = new bool[group.Replicas];
    private readonly bool[] _missing = new bool[group.Replicas];
    private readonly int[] _silences = new int[group.Replicas];
    private TransferRange[] _ranges = [];
    private int _nextPeer;

    // The checkpoint of the last transfer, when it failed and nothing has come of it since.
    private SequenceNumber? _failed;

    /// <summary>The checkpoint that is being fetched; null when none is.</summary>
    public QuorumCertificate<Checkpoint>? Certificate { get; private set; }

    /// <summary>Begins to fetch, unless a transfer is under way: one that started over with every new checkpoint would never end under load.</summary>
    public void Begin(ReplicaState state, QuorumCertificate<Checkpoint> certificate)
    {
        if (Certificate is not null) return;
        Certificate = certificate;
        _failed = null;
        Array.Clear(_banned);
        Array.Clear(_missing);
        Array.Clear(_silences);
        _ranges = [.. Enumerable.Range(0, Ranges).Select(index => new TransferRange(index, Ranges))];
        state.Emit(new AssembleSnapshot(certificate));
        Ask(state);
    }

    /// <summary>A transfer ends when its checkpoint is installed, or reached by other means.</summary>
    public void EndIfReached(SequenceNumber stable)
    {
        if (Certificate is { } current && current.Vote.Sequence <= stable) Certificate = null;
    }

    /// <summary>
    /// A later checkpoint is known. After a transfer that failed it is fetched at once, while its sources hold it: under load, what was the latest
    /// checkpoint when this replica last heard is one that they have let go.
    /// </summary>
    public void OnTarget(ReplicaState state)
    {
        if (_failed is not null && state.Checkpoints.Target is { } target && target.Vote.Sequence > state.Executed) Begin(state, target);
    }

    public void OnTick(ReplicaState state)
    {
        EndIfOvertaken(state);
        if (_failed is { } failed && state.Executed >= failed && !state.IsStateMissing) _failed = null;
        BeginIfStuck(state);
        if (Certificate is null) return;
        foreach (var range in _ranges)
        {
            if (range.AskedTick is not { } asked || state.Ticks < asked + ChunkTimeoutTicks) continue;
            OnSilence(range.Asked);
            range.Release();
        }

        if (HasPeer()) Ask(state);
        else GiveUp(state);
    }

    public void OnChunk(ReplicaState state, ReplicaId from, ChunkMessage chunk)
    {
        EndIfOvertaken(state);
        var asked = Certificate is { } certificate && certificate.Vote.Sequence == chunk.Checkpoint
            && Array.Exists(_ranges, range => range.IsAsked(from, chunk.From));
        if (asked) state.Emit(new AddChunk(from, chunk.Checkpoint, chunk.From, chunk.Content));
        else state.Reject(RejectionKind.Unsolicited, from);
    }

    public void OnAdded(ReplicaState state, ChunkAdded added)
    {
        foreach (var range in _ranges)
        {
            if (range.IsDone || range.Next != added.Start) continue;
            _silences[range.Asked.Index] = 0;
            range.Advance(added.CoveredUpTo, added.ToTheEnd);
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

    // A message may be lost; a peer that lets several in a row pass is as good as one that does not have the state.
    private void OnSilence(ReplicaId peer)
    {
        _silences[peer.Index]++;
        if (_silences[peer.Index] >= SilencesMax) _missing[peer.Index] = true;
    }

    // Batches with their certificates were faster, and the state here is not known to be damaged: it must not go back.
    private void EndIfOvertaken(ReplicaState state)
    {
        if (Certificate?.Vote is not { } vote || vote.Sequence > state.Executed || state.IsStateMissing) return;
        if (state.Checkpoints.Own(vote.Sequence) is not { } own || own == vote) Certificate = null;
    }

    // A replica that is behind first catches up by certificates; when that does not move, it fetches the state.
    private void BeginIfStuck(ReplicaState state)
    {
        if ((state.Checkpoints.Target ?? Missing(state)) is not { } target) return;
        var damaged = state.Checkpoints.Own(target.Vote.Sequence) is { } own && own != target.Vote;
        if (target.Vote.Sequence <= state.Executed && !damaged && !state.IsStateMissing) return;
        var patience = 3 * state.Config.StatusIntervalTicks;
        var far = target.Vote.Sequence > state.Executed.Plus((ulong)state.Config.RetainedBatchesMax);
        if (far || state.Ticks >= state.Peers.LastExecutedTick + patience) Begin(state, target);
    }

    private static QuorumCertificate<Checkpoint>? Missing(ReplicaState state) => state.IsStateMissing ? state.Checkpoints.Certificate : null;

    // Nobody holds this state any more, or nobody told the truth: try the newest checkpoint known, or the same again.
    private void GiveUp(ReplicaState state)
    {
        var certificate = Certificate!;
        Certificate = null;
        _failed = certificate.Vote.Sequence;
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
