// protocol.md sections 6 and 7, the gateway's side.
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Replication.Gateways;

/// <summary>Whether a gateway takes a request.</summary>
public enum Admission
{
    /// <summary>It is passed on.</summary>
    Taken,

    /// <summary>Too many requests wait.</summary>
    Full,

    /// <summary>Too many requests of its client wait, although there is room for those of others.</summary>
    ClientFull,
}

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
/// <param name="group">The group's quorums.</param>
/// <param name="verifier">Checks what peers claim.</param>
/// <param name="outlet">How the replicas are reached.</param>
/// <param name="firstRound">Where the numbers of read-index rounds begin; drawn anew for every run, so that no answer to an earlier run fits.</param>
public sealed class GatewayCore(GroupConfig group, MessageVerifier verifier, IGatewayOutlet outlet, ulong firstRound)
{
    /// <summary>Requests that may wait for their answers.</summary>
    public const int WaitingMax = 16_384;

    /// <summary>The weight of requests that wait for their answers, in bytes, at most.</summary>
    public const long WaitingBytesMax = 64 * 1024 * 1024;

    /// <summary>How often one request may be waited for at a time, by those who sent it again.</summary>
    public const int RetriesWaitingMax = 64;

    private const ulong PositionsBehindMax = 256;
    private const ulong PositionsAheadMax = 1024;
    private const int RedistributedPerTick = 64;

    private readonly SortedDictionary<Digest, Waiting> _waiting = [];
    private readonly LookupTable<PublicKey, Load> _waitingOf = new();
    private readonly SortedDictionary<SequenceNumber, ExecutedVotes> _votes = [];
    private readonly SortedDictionary<SequenceNumber, OwnBatch> _unconfirmed = [];
    private ReadIndexRound? _round;
    private List<Action> _nextReads = [];
    private ulong _rounds = firstRound;
    private long _waitingBytes;
    private ulong _ticks;

    /// <summary>What this node's replica has executed.</summary>
    public SequenceNumber Executed { get; private set; }

    /// <summary>How many requests wait for their answers.</summary>
    public int WaitingCount => _waiting.Count;

    /// <summary>How many reads wait.</summary>
    public int WaitingReads => _nextReads.Count + (_round?.Reads.Count ?? 0);

    /// <summary>Passes a request on, if too many do not wait already; <paramref name="done"/> is called once, with its answer.</summary>
    public Admission Submit(VerifiedRequest request, Action<GatewayAnswer> done)
    {
        if (_waiting.TryGetValue(request.Digest, out var waiting))
        {
            if (waiting.Done.Count >= RetriesWaitingMax) return Admission.ClientFull;
            waiting.Done.Add(done);
            outlet.Distribute(request);
            return Admission.Taken;
        }

        var weight = request.Request.Weight;
        if (_waiting.Count >= WaitingMax || _waitingBytes + weight > WaitingBytesMax) return Admission.Full;
        var client = request.Request.Client;
        var own = _waitingOf.TryGetValue(client, out var load) ? load : default;
        if (!FairShare.Allows(own.Count, 1, _waiting.Count, WaitingMax) || !FairShare.Allows(own.Bytes, weight, _waitingBytes, WaitingBytesMax)) return Admission.ClientFull;
        _waitingOf[client] = new Load(own.Count + 1, own.Bytes + weight);
        _waitingBytes += weight;
        _waiting.Add(request.Digest, new Waiting(request, _ticks, [done]));
        outlet.Distribute(request);
        return Admission.Taken;
    }

    /// <summary>Forgets a request whose client waits no more.</summary>
    public void Abandon(Digest request, Action<GatewayAnswer> done)
    {
        if (_waiting.TryGetValue(request, out var waiting) && waiting.Done.Remove(done) && waiting.Done.Count == 0) Remove(waiting.Request);
    }

    /// <summary>The request with this nonce that waits for its answer, or null.</summary>
    public VerifiedRequest? FindWaiting(PublicKey client, Nonce nonce)
    {
        foreach (var waiting in _waiting.Values)
        {
            var request = waiting.Request.Request;
            if (request.Nonce == nonce && request.Client == client) return waiting.Request;
        }

        return null;
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

        TryFinishRound();
    }

    /// <summary>This node's replica took over a certified state. Requests that it shows executed are answered when they are passed on again, which is soon.</summary>
    public void OnInstalled(SequenceNumber sequence)
    {
        Executed = SequenceNumber.Max(Executed, sequence);
        foreach (var waiting in _waiting.Values) waiting.RetrySoon();

        TryFinishRound();
    }

    /// <summary>
    /// This node's replica was handed a request that its state shows executed. That is the answer to a retry; but a request that was executed while it was
    /// waited for is answered when enough replicas say what its result is, or when it was passed on again because what they said may be lost.
    /// </summary>
    public void OnFoundExecuted(GatewayAnswer answer)
    {
        if (!_waiting.TryGetValue(answer.Request, out var waiting)) return;
        var isConfirmedLater = !waiting.WasRetried && _unconfirmed.Values.Any(batch => batch.Executed.Outcomes.Any(outcome => outcome.Request == answer.Request));
        if (!isConfirmedLater) Answer(answer);
    }

    /// <summary>A peer says that it executed a batch. Not verified yet.</summary>
    public void OnPeerExecuted(ReplicaId from, Signed<Executed> claim)
    {
        // Each peer fills its own place only, or a liar could fill those of others with what does not verify.
        if (claim.Signer != from) return;
        var sequence = claim.Statement.Sequence;
        if (!IsNear(sequence) || !group.Contains(claim.Signer)) return;
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
        TryFinishRound();
    }

    /// <summary>A tick of the clock: asks again for what has not been answered.</summary>
    /// <param name="retryTicks">How long an answer may take before it is asked for again.</param>
    public void OnTick(ulong retryTicks)
    {
        _ticks++;
        if (_ticks % retryTicks != 0) return;
        if (_round is { } round) outlet.AskReadIndex(new ReadIndexQuery(round.Number));
        foreach (var waiting in _waiting.Values.Where(waiting => waiting.IsDue(_ticks, retryTicks)).Take(RedistributedPerTick).ToList())
        {
            waiting.OnRetry(_ticks);
            outlet.Distribute(waiting.Request);
        }
    }

    // A peer's number is computed with only when it is bounded: it may be the highest there is.
    private bool IsNear(SequenceNumber claimed) => claimed >= Executed
        ? claimed.Number - Executed.Number <= PositionsAheadMax
        : Executed.Number - claimed.Number <= PositionsBehindMax;

    private void Answer(GatewayAnswer answer)
    {
        if (!_waiting.TryGetValue(answer.Request, out var waiting)) return;
        Remove(waiting.Request);
        foreach (var done in waiting.Done) done(answer);
    }

    private void Remove(VerifiedRequest request)
    {
        _waiting.Remove(request.Digest);
        var (client, weight) = (request.Request.Client, request.Request.Weight);
        var own = _waitingOf[client];
        _waitingBytes -= weight;
        if (own.Count == 1) _waitingOf.Remove(client);
        else _waitingOf[client] = new Load(own.Count - 1, own.Bytes - weight);
    }

    private void BeginRound()
    {
        _round = new ReadIndexRound(++_rounds, group);
        _round.Reads.AddRange(_nextReads);
        _nextReads = [];
        outlet.AskReadIndex(new ReadIndexQuery(_round.Number));
    }

    // A position that its voters left behind after a view change may never be executed; later answers to the round take the place of theirs.
    private void TryFinishRound()
    {
        if (_round is not { } round || round.Index is not { } index || index > Executed) return;
        _round = null;
        foreach (var ready in round.Reads) ready();
        if (_nextReads.Count > 0) BeginRound();
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
        var awaited = _waiting.Count > 0 && batch.Executed.Outcomes.Any(outcome => _waiting.ContainsKey(outcome.Request));
        if (awaited && !VotesAt(sequence).Confirm(batch.Own, verifier)) return;
        _unconfirmed.Remove(sequence);
        if (!awaited) return;
        foreach (var outcome in batch.Executed.Outcomes)
        {
            Answer(new GatewayAnswer(outcome.Request, outcome.Result, outcome.Replayed, sequence));
        }
    }

    // What waits of one client.
    private readonly record struct Load(int Count, long Bytes);

    private sealed class Waiting(VerifiedRequest request, ulong sinceTick, List<Action<GatewayAnswer>> done)
    {
        private const int RetryDoublingsMax = 6;

        private ulong _sinceTick = sinceTick;
        private int _retries;

        public VerifiedRequest Request => request;

        public List<Action<GatewayAnswer>> Done => done;

        public bool WasRetried => _retries > 0;

        /// <summary>
        /// Whether to pass it on again. Each time it waits twice as long, up to a bound: a refused request is ordered anew whenever it is passed on, and a
        /// gateway whose own replica lags, and so hears of no answer, must not keep the group so busy that the replica never catches up.
        /// </summary>
        public bool IsDue(ulong tick, ulong retryTicks) => tick >= _sinceTick + (retryTicks << _retries);

        public void RetrySoon() => (_sinceTick, _retries) = (0, 0);

        public void OnRetry(ulong tick)
        {
            _sinceTick = tick;
            _retries = Math.Min(_retries + 1, RetryDoublingsMax);
        }
    }

    private sealed record OwnBatch(ExecutedBatch Executed, Signed<Executed> Own);
}
