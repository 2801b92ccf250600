using System.Numerics;
using System.Security.Cryptography;
using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.Replication.Driving;
using KvStore.Replication.Gateways;
using KvStore.Replication.Ports;
using KvStore.Replication.Storing;
using KvStore.StateMachine;
using Microsoft.Extensions.Logging;

namespace KvStore.Replication.Hosting;

/// <summary>
/// The rounds of one replica, and the gateway of its node. It batches what waits: all queued inputs, one step each, one flush, then the sends.
/// An exception out of the driver ends the process: a replica whose state contradicts itself must not go on.
/// </summary>
public sealed class ReplicaHost : IRootComputer, IRounds, IDisposable
{
    private readonly DriverOptions _options;
    private readonly ReplicaDriver _driver;
    private readonly NodeGateway _gateway;
    private readonly RejectionCounters _rejections;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly InputQueue _queue;
    private readonly List<Input> _inputs = [];
    private readonly CheckpointSaver _saver;

    // Null until the driver is made: what it begins then, a checkpoint to be saved, may end before, and waits for the first round.
    private readonly IRunner? _runner;
    private bool _saidDiskFull;
    private int _saidDroppedLog = -1;
    private volatile ReplicaStatus? _status;
    private bool _started;

    /// <summary>Makes the host; <see cref="Start"/> starts its rounds.</summary>
    /// <param name="options">What it is made of besides its disk.</param>
    /// <param name="mode">How its run begins.</param>
    /// <param name="log">Its log.</param>
    /// <param name="snapshots">Its snapshots.</param>
    /// <param name="ledger">Its ledger; null when it keeps none.</param>
    /// <exception cref="Storage.DiskDamagedException">Its disk is damaged; the message says which file, where, and what to do.</exception>
    public ReplicaHost(HostOptions options, StartMode mode, IReplicaLog log, ISnapshotStore snapshots, DiskLedger? ledger = null)
    {
        _options = options.Driver;
        _clock = options.Clock;
        _logger = options.Logger;
        _rejections = options.Rejections;
        _queue = new InputQueue(options.Driver.Replica.Group.Replicas, new InputLimits());
        _gateway = new NodeGateway(options, this);
        _saver = new CheckpointSaver(Id, saved => Add(new QueuedInput(null, null, null, null, saved)));
        var ports = new DriverPorts(options.Signer, options.Transport, log, snapshots, this, _saver, ledger, new NodeEvents(options, _gateway));
        _driver = new ReplicaDriver(options.Driver, ports, mode);
        _gateway.StateIs(() => _driver.View);
        _gateway.OnInstalled(_driver.View.Sequence); // After a restart the state is not the genesis, and reads of an idle group must not wait for it.
        var tick = _options.Replica.Config.TickMilliseconds;
        _runner = options.SharesThreads ? new PoolRunner(this, tick) : new ThreadRunner(this, tick, $"replica {Id}");
        Mode = mode;
    }

    /// <summary>The replica's id.</summary>
    public ReplicaId Id => _options.Replica.Self;

    /// <summary>How this run began.</summary>
    public StartMode Mode { get; }

    /// <summary>The node's gateway.</summary>
    public NodeGateway Gateway => _gateway;

    /// <summary>What was dropped.</summary>
    public RejectionCounters Rejections => _rejections;

    /// <summary>What can be read of the executed state.</summary>
    public ShardView View => _driver.View;

    /// <summary>Whether <see cref="View"/> is that of no state of the group, because its own is still being fetched.</summary>
    public bool LacksState => _driver.LacksState;

    /// <summary>What is known of a nonce.</summary>
    public ResultLookup FindResult(PublicKey client, Nonce nonce) => _driver.Find(client, nonce);

    /// <summary>The replica. It belongs to the thread of the rounds; others may read what is a single number, which may be old.</summary>
    internal Replica Replica => _driver.Replica;

    /// <summary>Where the replica stood at its last tick.</summary>
    public ReplicaStatus? Status => _status;

    /// <summary>Starts the rounds.</summary>
    public void Start()
    {
        _runner!.Start();
        _logger.ReplicaStarted(Id.Index, _options.Verifier.Context.Group.Number, Mode.ToString());
    }

    /// <summary>Hands over a verified message of a peer. Never blocks; may drop it.</summary>
    /// <param name="from">The peer.</param>
    /// <param name="message">The message.</param>
    /// <param name="bytes">How long it was on the way, so that a peer's long messages can be bounded; 0 where it never left the process.</param>
    public void Deliver(ReplicaId from, VerifiedMessage message, int bytes) => Add(new QueuedInput(from, message, null, null, Bytes: bytes));

    /// <summary>Hands over a client's request that a gateway has distributed. Never blocks; may drop it.</summary>
    /// <param name="from">The replica of the gateway's node; null when it is this node's.</param>
    /// <param name="request">The request.</param>
    public void Deliver(ReplicaId? from, VerifiedRequest request) => Add(new QueuedInput(from, null, request, null, Bytes: request.Request.Weight));

    /// <summary>Whether a message, verified or not, tells this replica nothing new.</summary>
    public bool IsSettled(PeerMessage message) => _driver.IsSettled(message);

    /// <summary>The node is about to stop: another replica is to lead.</summary>
    public void HandOver() => Add(new QueuedInput(null, null, null, new Retire()));

    /// <inheritdoc/>
    public void Compute(ShardState state)
    {
        // A thread of its own, for many milliseconds: the pool's few are for what somebody waits for.
        var thread = new Thread(() => Add(new QueuedInput(null, null, null, new SnapshotReady(state.Sequence, state.ComputeRoot(), state.LedgerRoot))))
        {
            IsBackground = true,
            Name = $"root of {Id}",
        };
        thread.Start();
    }

    /// <summary>Stops as a crash would: what was not flushed is lost, and nobody is told.</summary>
    public void Dispose()
    {
        _queue.Close();
        _runner!.Dispose();
        _saver.Dispose();
        _gateway.Close();
        _logger.ReplicaStopped(Id.Index, _options.Verifier.Context.Group.Number);
    }

    bool IRounds.RunRound(bool tick)
    {
        try
        {
            return Run(tick);
        }
        catch (Exception broken) when (LogBroken(broken))
        {
            throw; // Never reached: the filter only logs, and the exception ends the process.
        }
    }

    private bool LogBroken(Exception broken)
    {
        _logger.ReplicaBroken(broken, Id.Index, _options.Verifier.Context.Group.Number);
        return false;
    }

    private void Add(QueuedInput input)
    {
        if (_queue.Add(input)) _runner?.Wake();
    }

    private bool Run(bool tick)
    {
        if (!_started) _driver.Start(Now(), BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))));
        _started = true;
        _inputs.Clear();
        foreach (var queued in _queue.Take()) AddInputs(queued);
        if (tick) _inputs.Add(new Tick(Now()));
        if (_inputs.Count > 0) _driver.Run(_inputs);
        if (tick)
        {
            SayDiskFull();
            SayDropped();
            _gateway.OnTick();
            _status = CurrentStatus();
        }

        return _queue.HasCause(_driver.Replica.WantsRequests);
    }

    private void SayDiskFull()
    {
        if (_driver.IsDiskFull == _saidDiskFull) return;
        _saidDiskFull = _driver.IsDiskFull;
        if (_saidDiskFull) _logger.DiskFull(Id.Index, _options.Verifier.Context.Group.Number);
        else _logger.DiskHasRoom(Id.Index, _options.Verifier.Context.Group.Number);
    }

    // At powers of two: a flood writes a few lines.
    private void SayDropped()
    {
        var dropped = _queue.Dropped();
        var count = dropped.Values.Sum();
        if (ReferenceEquals(dropped, ReplicaStatus.NothingDropped) || BitOperations.Log2((ulong)count) == _saidDroppedLog) return;
        _saidDroppedLog = BitOperations.Log2((ulong)count);
        _logger.InputsDropped(Id.Index, _options.Verifier.Context.Group.Number, count, string.Join(", ", dropped.Select(each => $"{each.Value} {each.Key}")));
    }

    private void AddInputs(QueuedInput queued)
    {
        if (queued.Input is { } input) _inputs.Add(input);
        else if (queued.Saved is { } saved) _driver.OnSaved(saved);
        else if (queued.Request is { } request) _inputs.Add(_driver.ToInput(queued.From, request));
        else _driver.AddInputs(queued.From!.Value, queued.Message!, _inputs);
    }

    private Timestamp Now() => new((ulong)_clock.GetUtcNow().ToUnixTimeMilliseconds());

    private ReplicaStatus CurrentStatus()
    {
        var replica = _driver.Replica;
        var stable = replica.StableCheckpoint?.Vote;
        return new ReplicaStatus(
            Id.Index, Running: true, replica.View.Number, replica.Active, replica.Primary.Index, replica.Executed.Number, stable?.Sequence.Number ?? 0,
            stable?.StateRoot.ToString(), replica.IsRejoining, replica.IsFetchingState, replica.Sizes.PendingRequests, _driver.View.KeyCount, _rejections.Snapshot())
        {
            DiskFull = _driver.IsDiskFull,
            RetainedFrom = replica.RetainedFrom.Number,
            Dropped = _queue.Dropped(),
            Suspicions = _rejections.Suspicions.Snapshot(),
        };
    }
}
