// architecture.md: the one synchronous interpreter of what the core says. The host wraps it in a thread; the simulator calls it directly.
using System.Collections.Immutable;
using KvStore.Consensus;
using KvStore.Consensus.Recovery;
using KvStore.Protocol;
using KvStore.Replication.Ports;
using KvStore.StateMachine;

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

    /// <summary>Makes the driver and, for a restart, loads its log and snapshot.</summary>
    /// <exception cref="InvalidDataException">The log's stable checkpoint has no snapshot, or a record does not verify: the disk is damaged.</exception>
    public ReplicaDriver(DriverOptions options, DriverPorts ports, StartMode mode)
    {
        _options = options;
        _ports = ports;
        var log = mode == StartMode.Restart ? LogLoader.Load(ports.Log, options.Verifier) : [];
        _replica = new Replica(options.Replica, mode, log);
        _interpreter = new EffectInterpreter(options, ports, _replica);
        if (_replica.StableCheckpoint is { } stable) _interpreter.RestoreState(stable);
    }

    /// <summary>What can be read of the executed state; immutable, and safe to read from any thread.</summary>
    public ShardView View => _interpreter.View;

    /// <summary>The results of what was executed.</summary>
    public IExecutedResults Results => _interpreter;

    /// <summary>The whole executed state. Only the thread that runs the driver may ask.</summary>
    public ShardState Publish() => _interpreter.Publish();

    /// <summary>The core, for its status. Only the thread that runs the driver may look.</summary>
    public Replica Replica => _replica;

    /// <summary>The first round of a run. The tick comes first, because the core judges times by it.</summary>
    public void Start(Timestamp now) => Run([new Tick(now), new Started(), new RequestsFoundExecuted(_interpreter.PendingExecuted)]);

    /// <summary>A round: every input is one step, then what has gathered is proposed, then the log is flushed and the messages leave.</summary>
    public void Run(IReadOnlyList<Input> inputs)
    {
        if (PlantedBugs.Has(PlantedBug.VoteBeforeLog)) _ports.Log.Flush();
        foreach (var input in inputs) StepAll(input);

        // A group of one executes what it proposes at once, and there is room for what waits.
        for (var before = _replica.Executed; ; before = _replica.Executed)
        {
            StepAll(new InputsDrained());
            if (_replica.Executed == before) break;
        }

        if (!PlantedBugs.Has(PlantedBug.VoteBeforeLog)) _ports.Log.Flush();
        _interpreter.Outbox.Release();
    }

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

/// <summary>Reads a replica's log and verifies what it carries.</summary>
internal static class LogLoader
{
    public static ImmutableArray<ReplayedRecord> Load(Ports.IReplicaLog log, MessageVerifier verifier) => [.. log.Load().Select(record => Verify(record, verifier))];

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
