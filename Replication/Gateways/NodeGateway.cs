using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using KvStore.Protocol;
using KvStore.Replication.Hosting;
using KvStore.StateMachine;

namespace KvStore.Replication.Gateways;

/// <summary>The gateway of a node for many threads: <see cref="GatewayCore"/> behind a lock, with tasks for those who wait.</summary>
public sealed class NodeGateway
{
    private const ulong RetryTicks = 50;
    private const ulong DeadlineTicks = 5;

    private readonly Lock _gate = new();
    private readonly GatewayCore _core;
    private readonly Dictionary<Digest, RequestWaiter> _requests = []; // One request may be waited for more than once, by retries: a chain.
    private readonly HashSet<ReadWaiter> _reads = [];
    private readonly AbandonedRequests _abandoned = new();
    private Func<ShardView> _state = null!;
    private ulong _ticks;
    private bool _closed;

    internal NodeGateway(HostOptions options, ReplicaHost host)
    {
        _core = new GatewayCore(options.Driver.Replica.Group, options.Driver.Verifier, options.Outlet, BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong))) >> 1);
        Id = host.Id;
        Changes = new ChangeFeed(options.KeyWaitersMax);
    }

    /// <summary>The node's replica.</summary>
    public ReplicaId Id { get; }

    /// <summary>Wakes those who wait for a key to change.</summary>
    public ChangeFeed Changes { get; }

    /// <summary>Has the request ordered and executed. Null when the node stops before there is an answer: another node may be asked with the same request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="deadline">Until when to wait: a <see cref="Stopwatch"/> timestamp. Afterwards the task fails with <see cref="OutcomeUnknownException"/>.</param>
    /// <param name="cancel">The caller waits no more; the request may still be executed.</param>
    /// <exception cref="ShardBusyException">Too many requests wait; it was not taken.</exception>
    public Task<GatewayAnswer?> SubmitAsync(VerifiedRequest request, long deadline, CancellationToken cancel)
    {
        var pending = new RequestWaiter(this, request, deadline);
        lock (_gate)
        {
            if (_closed) return Task.FromResult<GatewayAnswer?>(null);
            var earlier = _requests.GetValueOrDefault(request.Digest);
            var admission = _core.Submit(request, pending.Done);
            if (admission != Admission.Taken && earlier is not null) throw new OutcomeUnknownException(request.Digest); // The same request is under way already.
            if (admission == Admission.ClientFull) throw new ClientBusyException("Too many requests of this client wait for their answers.");
            if (admission == Admission.Full) throw new ShardBusyException("Too many requests wait for their answers.");

            pending.Next = earlier;
            _requests[request.Digest] = pending;
        }

        pending.CancelWith(cancel);
        return pending.Task;
    }

    /// <summary>A request that this node has passed on to the replicas and knows no answer to, or null.</summary>
    public PendingRequest? FindPending(PublicKey client, Nonce nonce)
    {
        lock (_gate)
        {
            return _core.FindWaiting(client, nonce) is { } waiting
                ? new PendingRequest(waiting.Digest, waiting.Request.Expires)
                : _abandoned.Find(client, nonce);
        }
    }

    /// <summary>
    /// The node's state once it holds everything that was acknowledged before the call. Null when the node stops before, or when the deadline has passed.
    /// </summary>
    /// <exception cref="ShardBusyException">Too many reads wait.</exception>
    public Task<ShardView?> ReadAsync(long deadline, CancellationToken cancel)
    {
        var pending = new ReadWaiter(this, deadline);
        lock (_gate)
        {
            if (_closed) return Task.FromResult<ShardView?>(null);
            if (_core.WaitingReads >= GatewayCore.WaitingMax) throw new ShardBusyException("Too many reads wait for their answers.");
            _reads.Add(pending);
            _core.Read(pending.Ready);
        }

        pending.CancelWith(cancel);
        return pending.Task;
    }

    /// <summary>A peer says that it executed a batch.</summary>
    public void OnPeerExecuted(ReplicaId from, Signed<Executed> claim)
    {
        lock (_gate) _core.OnPeerExecuted(from, claim);
    }

    /// <summary>A replica answers about the read index.</summary>
    public void OnReadIndexAnswer(ReplicaId from, ReadIndexAnswer answer)
    {
        lock (_gate) _core.OnReadIndexAnswer(from, answer);
    }

    internal void StateIs(Func<ShardView> state) => _state = state;

    internal void OnOwnExecuted(ExecutedBatch batch, Signed<Executed> own)
    {
        lock (_gate) _core.OnOwnExecuted(batch, own);
        Changes.OnExecuted(batch.Changes);
    }

    internal void OnInstalled(SequenceNumber sequence)
    {
        lock (_gate) _core.OnInstalled(sequence);
        Changes.OnInstalled();
    }

    internal void OnFoundExecuted(GatewayAnswer answer)
    {
        lock (_gate) _core.OnFoundExecuted(answer);
    }

    internal void OnRefused(Digest request)
    {
        // Others may have had room for it, so nobody can say that it was not applied.
        lock (_gate) ExpireAll(request);
    }

    internal void OnTick()
    {
        lock (_gate)
        {
            _core.OnTick(RetryTicks);
            if (++_ticks % DeadlineTicks == 0) ExpireLate(Stopwatch.GetTimestamp());
        }
    }

    internal void Close()
    {
        lock (_gate)
        {
            _closed = true;
            foreach (var first in _requests.Values)
            {
                for (var pending = first; pending is not null; pending = pending.Next) pending.Complete(null);
            }

            foreach (var read in _reads) read.Complete(null);
            _requests.Clear();
            _reads.Clear();
        }

        Changes.Close();
    }

    // Called by the core, under the gate.
    internal void OnAnswered(RequestWaiter pending, GatewayAnswer answer)
    {
        Unlink(pending);
        pending.Complete(answer);
    }

    // Called by the core, under the gate.
    internal void OnReady(ReadWaiter pending)
    {
        if (_reads.Remove(pending)) pending.Complete(_state());
    }

    internal void Forget(RequestWaiter pending)
    {
        lock (_gate)
        {
            GiveUp(pending);
        }
    }

    internal void Forget(ReadWaiter pending)
    {
        lock (_gate) _reads.Remove(pending);
    }

    private void ExpireLate(long now)
    {
        List<Digest>? late = null;
        foreach (var (digest, first) in _requests)
        {
            for (var pending = first; pending is not null; pending = pending.Next)
            {
                if (pending.Deadline <= now) (late ??= []).Add(digest);
            }
        }

        foreach (var digest in late ?? []) ExpireAll(digest, now);
        foreach (var read in _reads)
        {
            if (read.Deadline <= now && _reads.Remove(read)) read.Complete(null);
        }
    }

    // Those whose deadline has come, of all who wait for one request.
    private void ExpireAll(Digest request, long now = long.MaxValue)
    {
        for (var pending = _requests.GetValueOrDefault(request); pending is not null; pending = pending.Next)
        {
            if (pending.Deadline > now) continue;
            GiveUp(pending);
            pending.Expire();
        }
    }

    // The replicas may execute it yet.
    private void GiveUp(RequestWaiter pending)
    {
        _core.Abandon(pending.Request.Digest, pending.Done);
        Unlink(pending);
        if (!_requests.ContainsKey(pending.Request.Digest)) _abandoned.Add(pending.Request);
    }

    private void Unlink(RequestWaiter pending)
    {
        if (!_requests.TryGetValue(pending.Request.Digest, out var first)) return;
        if (ReferenceEquals(first, pending))
        {
            if (pending.Next is null) _requests.Remove(pending.Request.Digest);
            else _requests[pending.Request.Digest] = pending.Next;
            return;
        }

        for (var before = first; before is not null; before = before.Next)
        {
            if (!ReferenceEquals(before.Next, pending)) continue;
            before.Next = pending.Next;
            return;
        }
    }
}
