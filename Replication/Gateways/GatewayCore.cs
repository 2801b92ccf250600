// protocol.md sections 6 and 7, the gateway's side.
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Replication.Gateways;

/// <summary>How a gateway reaches the replicas.</summary>
public interface IGatewayOutlet
{
    /// <summary>Passes a request on to every replica of the group, the node's own first.</summary>
    void Distribute(VerifiedRequest request);

    /// <summary>Asks every replica, the node's own too, for its read index.</summary>
    void AskReadIndex(ReadIndexQuery query);
}

/// <summary>
/// The gateway of one node and one shard: passes requests on, collects what replicas say they executed, and asks for the read index. Synchronous
/// and without a clock, like the core; one caller at a time. The simulator runs the same code.
/// </summary>
public sealed class GatewayCore(GroupConfig group, MessageVerifier verifier, IGatewayOutlet outlet)
{
    /// <summary>Requests that may wait for their answers.</summary>
    public const int WaitingMax = 16_384;

    private const ulong PositionsBehindMax = 256;
    private const ulong PositionsAheadMax = 1024;
    private const int RedistributedPerTick = 64;

    private readonly SortedDictionary<Digest, Waiting> _waiting = [];
    private readonly SortedDictionary<SequenceNumber, ExecutedVotes> _votes = [];
    private readonly SortedDictionary<SequenceNumber, OwnBatch> _unconfirmed = [];
    private readonly SortedDictionary<SequenceNumber, List<Action>> _readsAt = [];
    private ReadIndexRound? _round;
    private List<Action> _nextReads = [];
    private ulong _rounds;
    private ulong _ticks;

    /// <summary>What this node's replica has executed.</summary>
    public SequenceNumber Executed { get; private set; }

    /// <summary>How many requests wait for their answers.</summary>
    public int WaitingCount => _waiting.Count;

    /// <summary>Answers a request that was executed before, from the node's state: a retry gets the first result.</summary>
    public static GatewayAnswer? AnswerFromState(ShardState state, VerifiedRequest request)
    {
        var found = state.TryFindResult(request.Request.Client, request.Request.Nonce, out var executed, out var result) && executed == request.Digest;
        return found ? new GatewayAnswer(request.Digest, result!, Replayed: true, state.Sequence) : null;
    }

    /// <summary>Passes a request on; <paramref name="done"/> is called once, with its answer. False when too many wait.</summary>
    public bool TrySubmit(VerifiedRequest request, Action<GatewayAnswer> done)
    {
        if (_waiting.TryGetValue(request.Digest, out var waiting))
        {
            waiting.Done.Add(done);
            outlet.Distribute(request);
            return true;
        }

        if (_waiting.Count >= WaitingMax) return false;
        _waiting.Add(request.Digest, new Waiting(request, _ticks, [done]));
        outlet.Distribute(request);
        return true;
    }

    /// <summary>Forgets a request whose client waits no more.</summary>
    public void Abandon(Digest request, Action<GatewayAnswer> done)
    {
        if (_waiting.TryGetValue(request, out var waiting) && waiting.Done.Remove(done) && waiting.Done.Count == 0) _waiting.Remove(request);
    }

    /// <summary>Calls <paramref name="ready"/> once this node's state holds everything that was acknowledged before this call.</summary>
    public void Read(Action ready)
    {
        _nextReads.Add(ready);
        if (_round is null) BeginRound();
    }

    /// <summary>This node's replica executed a batch.</summary>
    public void OnOwnExecuted(ExecutedBatch batch, Signed<Executed> own)
    {
        Executed = batch.Sequence;
        VotesAt(batch.Sequence).AddOwn(own);
        _unconfirmed[batch.Sequence] = new OwnBatch(batch, own);
        Confirm(batch.Sequence);
        foreach (var sequence in _votes.Keys.TakeWhile(sequence => sequence.Number + PositionsBehindMax < Executed.Number).ToList())
        {
            _votes.Remove(sequence);
            _unconfirmed.Remove(sequence);
        }

        ReleaseReads();
    }

    /// <summary>This node's replica took over a certified state. Requests that it shows executed are answered by their retry.</summary>
    public void OnInstalled(ShardState state)
    {
        Executed = SequenceNumber.Max(Executed, state.Sequence);
        foreach (var (digest, waiting) in _waiting.ToList())
        {
            var request = waiting.Request.Request;
            if (!state.TryFindResult(request.Client, request.Nonce, out var executed, out var result) || executed != digest) continue;
            _waiting.Remove(digest);
            foreach (var done in waiting.Done) done(new GatewayAnswer(digest, result, Replayed: true, state.Sequence));
        }

        ReleaseReads();
    }

    /// <summary>A peer says that it executed a batch. Not verified yet.</summary>
    public void OnPeerExecuted(Signed<Executed> claim)
    {
        var sequence = claim.Statement.Sequence;
        var near = sequence.Number + PositionsBehindMax >= Executed.Number && sequence.Number <= Executed.Number + PositionsAheadMax;
        if (!near || !group.Contains(claim.Signer)) return;
        VotesAt(sequence).AddPeer(claim);
        Confirm(sequence);
    }

    /// <summary>A replica answers about the read index.</summary>
    public void OnReadIndexAnswer(ReplicaId from, ReadIndexAnswer answer)
    {
        if (_round is not { } round || answer.Round != round.Number || !group.Contains(from)) return;
        // A claim above what this node has executed must be proven, or a liar could make every read wait for ever.
        var proven = answer.Sequence <= Executed || (answer.Certificate is not null && verifier.TryVerify(answer, out _, out _));
        if (!proven) return;
        round.Add(from, answer.Sequence);
        if (round.Index is not { } index) return;
        _round = null;
        if (!_readsAt.TryGetValue(index, out var reads)) _readsAt.Add(index, reads = []);
        reads.AddRange(round.Reads);
        ReleaseReads();
        if (_nextReads.Count > 0) BeginRound();
    }

    /// <summary>A tick of the clock: asks again for what has not been answered.</summary>
    public void OnTick(ulong retryTicks)
    {
        _ticks++;
        if (_ticks % retryTicks != 0) return;
        if (_round is { } round) outlet.AskReadIndex(new ReadIndexQuery(round.Number));
        var late = _waiting.Values.Where(waiting => waiting.SinceTick + retryTicks <= _ticks).Take(RedistributedPerTick).ToList();
        foreach (var waiting in late) outlet.Distribute(waiting.Request);
        // A position that its voters left behind (after a view change) is never executed: those reads ask anew.
        foreach (var (index, reads) in _readsAt.ToList())
        {
            _readsAt.Remove(index);
            foreach (var read in reads) Read(read);
        }
    }

    private void BeginRound()
    {
        _round = new ReadIndexRound(++_rounds, group);
        _round.Reads.AddRange(_nextReads);
        _nextReads = [];
        outlet.AskReadIndex(new ReadIndexQuery(_round.Number));
    }

    private void ReleaseReads()
    {
        while (_readsAt.Count > 0)
        {
            var (index, reads) = _readsAt.First();
            if (index > Executed) return;
            _readsAt.Remove(index);
            foreach (var ready in reads) ready();
        }
    }

    private ExecutedVotes VotesAt(SequenceNumber sequence)
    {
        if (!_votes.TryGetValue(sequence, out var votes)) _votes.Add(sequence, votes = new ExecutedVotes(group));
        return votes;
    }

    private void Confirm(SequenceNumber sequence)
    {
        if (!_unconfirmed.TryGetValue(sequence, out var batch)) return;
        // Nobody waits for a batch without a waiting request: its signatures need not be checked.
        var awaited = batch.Executed.Outcomes.Any(outcome => _waiting.ContainsKey(outcome.Request));
        if (awaited && !VotesAt(sequence).Confirm(batch.Own, verifier)) return;
        _unconfirmed.Remove(sequence);
        if (!awaited) return;
        foreach (var outcome in batch.Executed.Outcomes)
        {
            if (!_waiting.Remove(outcome.Request, out var waiting)) continue;
            var answer = new GatewayAnswer(outcome.Request, outcome.Result, outcome.Replayed, sequence);
            foreach (var done in waiting.Done) done(answer);
        }
    }

    private sealed record Waiting(VerifiedRequest Request, ulong SinceTick, List<Action<GatewayAnswer>> Done);

    private sealed record OwnBatch(ExecutedBatch Executed, Signed<Executed> Own);
}
