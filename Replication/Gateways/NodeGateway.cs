using System.Buffers.Binary;
using System.Security.Cryptography;
using KvStore.Protocol;
using KvStore.Replication.Hosting;
using KvStore.StateMachine;

namespace KvStore.Replication.Gateways;

/// <summary>The gateway of a node for many threads: <see cref="GatewayCore"/> behind a lock, with tasks for those who wait.</summary>
public sealed class NodeGateway
{
    private const ulong RetryTicks = 50;

    private readonly Lock _gate = new();
    private readonly GatewayCore _core;
    private readonly Dictionary<Digest, List<TaskCompletionSource<GatewayAnswer?>>> _waiting = []; // One request may be waited for more than once: a retry.
    private readonly HashSet<TaskCompletionSource<bool>> _reads = [];
    private readonly AbandonedRequests _abandoned = new();
    private Func<ShardState> _state = null!;
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
    /// <exception cref="ShardBusyException">Too many requests wait; it was not taken.</exception>
    /// <exception cref="OperationCanceledException">The caller waits no more; the request may still be executed.</exception>
    public async Task<GatewayAnswer?> SubmitAsync(VerifiedRequest request, CancellationToken cancel)
    {
        var source = new TaskCompletionSource<GatewayAnswer?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Action<GatewayAnswer> done = answer => source.TrySetResult(answer);
        lock (_gate)
        {
            if (_closed) return null;
            if (GatewayCore.AnswerFromState(_state(), request) is { } known) return known;
            if (!_core.TrySubmit(request, done)) throw new ShardBusyException("Too many requests wait for their answers.");
            if (!_waiting.TryGetValue(request.Digest, out var sources)) _waiting.Add(request.Digest, sources = []);
            sources.Add(source);
        }

        try
        {
            return await source.Task.WaitAsync(cancel);
        }
        finally
        {
            lock (_gate)
            {
                if (!source.Task.IsCompletedSuccessfully) _abandoned.Add(request);
                _core.Abandon(request.Digest, done);
                if (_waiting.TryGetValue(request.Digest, out var sources) && sources.Remove(source) && sources.Count == 0) _waiting.Remove(request.Digest);
            }
        }
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

    /// <summary>Waits until the node's state holds everything that was acknowledged before the call. False when the node stops before.</summary>
    public async Task<bool> ReadAsync(CancellationToken cancel)
    {
        var source = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_closed) return false;
            _reads.Add(source);
            _core.Read(() => source.TrySetResult(true));
        }

        try
        {
            return await source.Task.WaitAsync(cancel);
        }
        finally
        {
            lock (_gate) _reads.Remove(source);
        }
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

    internal void StateIs(Func<ShardState> state) => _state = state;

    internal void OnOwnExecuted(ExecutedBatch batch, Signed<Executed> own)
    {
        lock (_gate) _core.OnOwnExecuted(batch, own);
        Changes.OnExecuted(batch.Changes);
    }

    internal void OnInstalled(ShardState state)
    {
        lock (_gate) _core.OnInstalled(state);
        Changes.OnInstalled();
    }

    internal void OnRefused(Digest request)
    {
        lock (_gate)
        {
            // Others may have had room for it, so nobody can say that it was not applied.
            foreach (var source in _waiting.GetValueOrDefault(request, [])) source.TrySetException(new OutcomeUnknownException(request));
        }
    }

    internal void OnTick()
    {
        lock (_gate) _core.OnTick(RetryTicks, _state());
    }

    internal void Close()
    {
        lock (_gate)
        {
            _closed = true;
            foreach (var source in _waiting.Values.SelectMany(sources => sources)) source.TrySetResult(null);
            foreach (var read in _reads) read.TrySetResult(false);
        }

        Changes.Close();
    }
}
