// architecture.md: the one synchronous interpreter of what the core says. The host wraps it in a thread; the simulator calls it directly.
using System.Collections.Immutable;
using KvStore.Consensus;
using KvStore.Consensus.Recovery;
using KvStore.Protocol;
using KvStore.Replication.Gateways;
using KvStore.StateMachine;
using KvStore.Storage;

namespace KvStore.Replication.Driving;

/// <summary>
/// Core, state machine, log and signer of one replica. A round takes all inputs that wait, one step each, then flushes the log once, then lets
/// the messages out: group commit, and nothing leaves before what it rests on is durable.
/// </summary>
public sealed class ReplicaDriver
{
    private readonly DriverOptions _options;
    private readonly DriverPorts _ports;
    private readonly Replica _replica;
    private readonly EffectInterpreter _interpreter;
    private readonly List<Effect> _effects = [];

    // While the disk is full: what happened to this replica itself, and comes only once.
    private readonly List<Input> _waiting = [];

    /// <summary>Makes the driver and, for a restart, loads its log and snapshot.</summary>
    /// <exception cref="DiskDamagedException">The state of the log's stable checkpoint can't be had.</exception>
    /// <exception cref="InvalidDataException">A record does not verify: the disk is another replica's.</exception>
    public ReplicaDriver(DriverOptions options, DriverPorts ports, StartMode mode)
    {
        _options = options;
        _ports = ports;
        var records = mode == StartMode.Restart ? ports.Log.Load() : [];
        _replica = new Replica(options.Replica, mode, LogLoader.Verify(records, options.Verifier));
        _interpreter = new EffectInterpreter(options, ports, _replica);
        IsStateMissing = !_interpreter.TryRestoreState(_replica.StableCheckpoint, records);
        if (IsStateMissing && _replica.StableCheckpoint is null && mode != StartMode.LostDisk && !_replica.IsRejoining)
            throw new SnapshotDamagedException("the state that the shard begins with", 0, "it is missing. 'kv snapshot restore --new-cluster' makes it, before the first start.");
    }

    /// <summary>What can be read of the executed state; immutable, and safe to read from any thread.</summary>
    public ShardView View => _interpreter.View;

    /// <summary>Whether <see cref="View"/> is that of no state of the group: its own is missing and was not fetched yet. Any thread may ask.</summary>
    public bool LacksState => _interpreter.LacksState;

    /// <summary>What is known of a nonce. Any thread may ask.</summary>
    public ResultLookup Find(PublicKey client, Nonce nonce) => _interpreter.Find(client, nonce);

    /// <summary>The whole executed state. Only the thread that runs the driver may ask.</summary>
    public ShardState Publish() => _interpreter.Publish();

    /// <summary>The core, for its status. Only the thread that runs the driver may look.</summary>
    public Replica Replica => _replica;

    /// <summary>
    /// Whether there is no room for what the replica is about to rest on. It then takes no part: what it has not made durable it does not say, and it
    /// takes nothing new. It answers what clients' reads ask of it, and tries again with every tick.
    /// </summary>
    public bool IsDiskFull { get; private set; }

    /// <summary>
    /// Whether the run began with a log that is whole and without the state of its stable checkpoint, because an earlier run fetched that and ended before it
    /// was durable. It is fetched again; until then <see cref="View"/> is that of the genesis.
    /// </summary>
    public bool IsStateMissing { get; }

    /// <summary>Whether a message, verified or not, tells this replica nothing new. Any thread may ask.</summary>
    public bool IsSettled(PeerMessage message) => _interpreter.Settled.Settles(message);

    /// <summary>The first round of a run. The tick comes first, because the core judges times by it.</summary>
    /// <param name="now">The wall clock.</param>
    /// <param name="nonce">A number that no other run of the replica has.</param>
    public void Start(Timestamp now, ulong nonce) => Run([new Tick(now), new Started(nonce, IsStateMissing), new RequestsFoundExecuted(_interpreter.PendingExecuted)]);

    /// <summary>A round: every input is one step, then what has gathered is proposed, then the log is flushed and the messages leave.</summary>
    public void Run(IReadOnlyList<Input> inputs)
    {
        if (PlantedBugs.Has(PlantedBug.VoteBeforeLog)) _interpreter.Keeper.Flush();
        if (IsDiskFull && !TryLeaveDiskFull(inputs)) return;
        foreach (var input in inputs) StepAll(input);

        // A group of one executes what it proposes at once, and there is room for what waits.
        for (var before = _replica.Executed; ; before = _replica.Executed)
        {
            StepAll(new InputsDrained());
            if (_replica.Executed == before) break;
        }

        if (TryFlush()) _interpreter.Outbox.Release();
    }

    /// <summary>A checkpoint is durable, or could not be made so.</summary>
    public void OnSaved(CheckpointSaved saved) => _interpreter.Keeper.OnSaved(saved);

    /// <summary>Makes inputs of a verified message: bodies become one input each.</summary>
    public void AddInputs(ReplicaId from, VerifiedMessage message, ICollection<Input> inputs)
    {
        if (message is not VerifiedRequests requests)
        {
            inputs.Add(new MessageReceived(from, message));
            return;
        }

        foreach (var request in requests.Requests) inputs.Add(ToInput(from, request));
    }

    /// <summary>Makes an input of a request that this node's own gateway passes on.</summary>
    public Input ToInput(ReplicaId? from, VerifiedRequest request) => new RequestReceived(from, request, AlreadyExecuted: false);

    private bool TryFlush()
    {
        try
        {
            if (!PlantedBugs.Has(PlantedBug.VoteBeforeLog)) _interpreter.Keeper.Flush();
            IsDiskFull = false;
        }
        catch (DiskFullException)
        {
            _interpreter.Outbox.Park();
            IsDiskFull = true;
        }

        return !IsDiskFull;
    }

    private bool TryLeaveDiskFull(IReadOnlyList<Input> inputs)
    {
        if (inputs.Any(input => input is Tick) && TryFlush())
        {
            _interpreter.Outbox.Unpark();
            foreach (var input in _waiting) StepAll(input);
            _waiting.Clear();
            return true;
        }

        foreach (var input in inputs)
        {
            // What is said here was durable before, or needs no disk: nothing is voted or accepted in this step.
            if (input is MessageReceived { Message: PlainMessage { Message: ReadIndexQuery } }) StepAll(input);
            else if (input is not (Tick or MessageReceived or RequestReceived)) _waiting.Add(input);
        }

        _interpreter.Outbox.Release();
        return false;
    }

    private void StepAll(Input input)
    {
        Step(input);
        while (_interpreter.TryTakeLoopback(out var own)) Step(own);
    }

    private void Step(Input input)
    {
        if (input is Tick) _interpreter.OnTick();
        // Only now: an earlier input of the same round may have executed it.
        if (input is RequestReceived received && _interpreter.FindExecuted(received.Request)) input = received with { AlreadyExecuted = true };
        _effects.Clear();
        _replica.Step(input, _effects);
        foreach (var effect in _effects) _interpreter.CarryOut(effect);
    }
}

/// <summary>Verifies what a replica's log carries.</summary>
internal static class LogLoader
{
    public static ImmutableArray<ReplayedRecord> Verify(IReadOnlyList<LogRecord> records, MessageVerifier verifier) => [.. records.Select(record => Verify(record, verifier))];

    private static ReplayedRecord Verify(LogRecord record, MessageVerifier verifier)
    {
        ImmutableArray<Request> bodies = record switch
        {
            ProposalRecord it => it.Bodies,
            CommittedRecord it => it.Bodies,
            _ => [],
        };
        Verified<NewView>? newView = null;
        if (record is NewViewRecord opening)
        {
            if (!verifier.TryVerify(new StatementMessage(opening.NewView), out var message, out var rejection))
            {
                throw new InvalidDataException($"The log holds a NewView that does not verify ({rejection}). The disk is damaged or is another replica's: remove it, and the replica rejoins.");
            }

            newView = ((VerifiedStatement<NewView>)message).Verified;
        }

        return new ReplayedRecord(record, [.. bodies.Select(verifier.FromOwnLog)], newView);
    }
}
