using KvStore.Protocol;
using KvStore.Replication.Gateways;
using KvStore.StateMachine;

namespace KvStore.Simulator;

/// <summary>
/// A client: several operations under way, the same request again through any node's gateway until there is an answer. Some of what it does is
/// wrong on purpose; the store must still give one consistent outcome.
/// </summary>
internal sealed class SimulatedClient
{
    private const int LinkDelayMax = 5;
    private const int ReadChance = 3000;
    private const int AfterHealing = 5;

    private readonly World _world;
    private readonly DeterministicRandom _random;
    private readonly IntentMaker _intents;
    private readonly RequestMaker _requests;
    private readonly int _client;
    private readonly List<ClientOperation> _ordered = [];
    private int _left;
    private int _lastNode;

    public SimulatedClient(World world, int client, DeterministicRandom random)
    {
        _world = world;
        _client = client;
        _random = random;
        _intents = new IntentMaker(client, random);
        _requests = new RequestMaker(world, client, random);
        _left = world.Settings.OperationsPerClient;
    }

    public int UnderWay { get; private set; }

    /// <summary>How many requests a gateway may still hold although their client has its answer: copies and replays.</summary>
    public int Abandoned { get; private set; }

    /// <summary>How many answers were lost on their way, or with the gateway that was about to give them.</summary>
    public int LostAnswers { get; private set; }

    public bool IsDone => UnderWay == 0 && _left == 0;

    public void Start() => _world.Queue.After(_random.Between(0, _world.Settings.ThinkMax), Next);

    /// <summary>The faults are over: a few operations more, to show that the group serves.</summary>
    public void OnHealed() => _left = Math.Min(_left, AfterHealing);

    private void Next()
    {
        if (_left == 0) return;
        if (UnderWay < _world.Settings.UnderWayMax)
        {
            _left--;
            Begin();
        }

        _world.Queue.After(1 + _random.Between(0, _world.Settings.ThinkMax), Next);
    }

    private void Begin()
    {
        if (_random.Chance(ReadChance)) Submit(Operation(_intents.Read(), null));
        else if (_random.Chance(_world.Settings.MischiefChance)) BeginMischief();
        else SubmitOrdered(_requests.Ordinary, _intents.Ordered());
    }

    private void BeginMischief()
    {
        switch (_random.Below(8))
        {
            case 0: SubmitOrdered(_requests.ShortLived, _intents.Ordered()); break;
            case 1: SubmitOrdered(_requests.FarAhead, _intents.Ordered()); break;
            case 2 when _ordered.Count > 0:
                var used = _random.Pick(_ordered).Request!.Request;
                SubmitOrdered(intent => _requests.Conflicting(intent, used), _intents.Ordered());
                break;
            case 3 or 4 when _ordered.Count > 0: // A replay of anything, however old: it has an operation of its own already.
                Abandoned++;
                Send(_random.Pick(_ordered));
                break;
            case 5:
                if (_random.Chance(3000)) _requests.Jump();
                else _requests.OpenSession();
                SubmitOrdered(_requests.Ordinary, _intents.Ordered());
                break;
            default: // The same request twice at once, through any two gateways.
                SubmitOrdered(_requests.Ordinary, _intents.Ordered());
                Send(_ordered[^1]);
                break;
        }
    }

    private void SubmitOrdered(Func<Intent, VerifiedRequest> make, Intent intent)
    {
        var request = make(intent);
        if (_ordered.Find(earlier => earlier.Request!.Digest == request.Digest) is { } same)
        {
            // What was meant to be in conflict with it came out the same to the byte: it is a copy then.
            Abandoned++;
            Send(same);
            return;
        }

        var operation = Operation(intent, request);
        _ordered.Add(operation);
        Submit(operation);
    }

    private ClientOperation Operation(Intent intent, VerifiedRequest? request) =>
        new(_client, intent) { Request = request, Floor = _world.History.Floor, Invoked = _world.History.NextMoment() };

    private void Submit(ClientOperation operation)
    {
        UnderWay++;
        _world.History.Begin(operation);
        _world.Trace.Line(() => $"{operation} begins");
        Try(operation);
    }

    private void Try(ClientOperation operation)
    {
        if (operation.IsOver) return;
        if (operation.Attempts++ > 0 && HasExpired(operation))
        {
            _world.Trace.Line(() => $"{operation} is given up");
            operation.GivenUp = true;
            End();
            return;
        }

        Send(operation);
        _world.Queue.After((long)_world.Settings.RetryTicks * _world.Settings.Consensus.TickMilliseconds, () => Try(operation));
    }

    private bool HasExpired(ClientOperation operation) => operation.Request is { } request && request.Request.Expires.UnixMilliseconds <= (ulong)(World.Epoch + _world.Queue.Now);

    // Through another node than the last time; one that is down answers nothing.
    private void Send(ClientOperation operation)
    {
        _lastNode = (_lastNode + 1 + _random.Below(_world.Machines.Length - 1)) % _world.Machines.Length;
        var machine = _world.Machines[_lastNode];
        _world.Queue.After(_random.Between(0, LinkDelayMax), () => machine.Guard(() =>
        {
            if (machine.Process is not { } process) return;
            if (operation.Request is { } request) Order(machine, process, operation, request);
            else Read(machine, process, operation);
        }));
    }

    private void Order(Machine machine, ReplicaProcess process, ClientOperation operation, VerifiedRequest request)
    {
        if (GatewayCore.AnswerFromState(process.Driver.State, request) is { } known) Answer(machine, () => OnAnswer(operation, known));
        else process.Gateway.TrySubmit(request, answer => Answer(machine, () => OnAnswer(operation, answer)));
    }

    private void Read(Machine machine, ReplicaProcess process, ClientOperation operation) => process.Gateway.Read(() =>
    {
        var state = process.Driver.State;
        Invariant.Holds(OperationParser.TryParse(operation.Intent.ToOperation(), state.Limits, out var command, out _));
        var result = state.Read(command);
        Answer(machine, () => OnRead(operation, state.Sequence, result));
    });

    // The answer's way to the client, on which it may be lost.
    private void Answer(Machine machine, Action receive)
    {
        if (machine.FailsAtAnswer || (!_world.Network.IsHealed && _random.Chance(_world.Settings.LostAnswerChance)))
        {
            LostAnswers++;
            if (machine.FailsAtAnswer) throw new PowerCutException();
            return;
        }

        _world.Queue.After(_random.Between(0, LinkDelayMax), receive);
    }

    private void OnAnswer(ClientOperation operation, GatewayAnswer answer)
    {
        var isFirst = !operation.IsOver;
        _world.Trace.Line(() => $"{operation} gets {answer.Result.Code} at {answer.Sequence}{(answer.Replayed ? " again" : "")}");
        _world.History.OnAnswer(operation, answer);
        if (isFirst) Finish(operation, answer.Result);
    }

    private void OnRead(ClientOperation operation, SequenceNumber sequence, OperationResult result)
    {
        if (operation.IsOver) return; // A read that was tried twice: only the first answer is taken.
        _world.Trace.Line(() => $"{operation} reads {result.Code} at {sequence}");
        _world.History.OnRead(operation, sequence, result);
        Finish(operation, result);
    }

    private void Finish(ClientOperation operation, OperationResult result)
    {
        if (operation.Answered is null) return; // The answer broke a promise, and the run ends.
        End();
        _world.Trace.Note(6, result.Revision);
        _intents.OnAnswer(operation.Intent, result);
    }

    private void End()
    {
        UnderWay--;
        Abandoned++;
    }
}
