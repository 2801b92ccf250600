using System.Collections.Immutable;
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
        _intents = new IntentMaker(client, world.Settings, world.Keys, random);
        _requests = new RequestMaker(world, client, random);
        _left = world.Settings.OperationsPerClient;
    }

    public int UnderWay { get; private set; }

    /// <summary>How many requests a gateway may still hold although their client has its answer: copies and replays.</summary>
    public int Abandoned { get; private set; }

    /// <summary>How many answers were lost on their way, or with the gateway that was about to give them.</summary>
    public int LostAnswers { get; private set; }

    public bool IsDone => UnderWay == 0 && _left == 0;

    /// <summary>The nodes that it goes through in turn, as a scenario has it; none for all of them, in an order that is drawn.</summary>
    public ImmutableArray<int> Gateways { get; set; } = [];

    public void Start() => _world.Queue.After(_random.Between(0, _world.Settings.ThinkMax), Next);

    /// <summary>The faults are over: a few operations more, to show that the group serves.</summary>
    public void OnHealed() => _left = Math.Min(_left, AfterHealing);

    /// <summary>Does what a scenario tells it to do.</summary>
    public ClientOperation Do(Intent intent)
    {
        SubmitOrdered(_requests.Ordinary, intent);
        return _ordered[^1];
    }

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
        if (_random.Chance(ReadChance)) BeginRead();
        else if (_random.Chance(_world.Settings.MischiefChance)) BeginMischief();
        else SubmitOrdered(_requests.Ordinary, _intents.Ordered());
    }

    private void BeginRead()
    {
        var intent = _intents.Read();
        Submit(Operation(intent, null, ShardsOf(intent)));
    }

    private void BeginMischief()
    {
        switch (_random.Below(9))
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
            case 6 when _world.Shards.Length > 1: Misdirect(); break;
            default: // The same request twice at once, through any two gateways.
                SubmitOrdered(_requests.Ordinary, _intents.Ordered());
                Send(_ordered[^1]);
                break;
        }
    }

    // To a shard that it may have nothing to do with, alone or besides its own.
    private void Misdirect()
    {
        var wrong = _random.Pick(_world.Shards);
        if (_random.Chance(ReadChance)) Submit(Operation(_intents.Read(), null, [wrong]));
        else SubmitOrdered(_requests.Ordinary, _intents.Ordered(), wrong, _random.Chance(5000));
    }

    private void SubmitOrdered(Func<Intent, VerifiedRequest> make, Intent intent) => SubmitOrdered(make, intent, null, toItsOwn: true);

    private void SubmitOrdered(Func<Intent, VerifiedRequest> make, Intent intent, Shard? other, bool toItsOwn)
    {
        var request = make(intent);
        if (_ordered.Find(earlier => earlier.Request!.Digest == request.Digest) is { } same)
        {
            // What was meant to be in conflict with it came out the same to the byte: it is a copy then.
            Abandoned++;
            Send(same);
            return;
        }

        var shards = toItsOwn ? ShardsOf(intent).ToList() : [];
        if (other is not null && !shards.Contains(other)) shards.Add(other);
        var operation = Operation(intent, request, shards);
        _ordered.Add(operation);
        Submit(operation);
    }

    private IEnumerable<Shard> ShardsOf(Intent intent) => intent.ShardsOf(_world.Shards[0].Partition.Map).Select(shard => _world.Shards[shard]);

    private ClientOperation Operation(Intent intent, VerifiedRequest? request, IEnumerable<Shard> shards) =>
        new(_client, intent, shards) { Request = request, Invoked = _world.History.NextMoment() };

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
        _lastNode = NextNode();
        var attempt = new Attempt(operation.Parts.Length, answers => Answer(operation, answers));
        for (var i = 0; i < operation.Parts.Length; i++)
        {
            var index = i;
            var part = operation.Parts[i];
            var machine = part.Shard.Machines[_lastNode];
            _world.Queue.After(_random.Between(0, LinkDelayMax), () => machine.Guard(() =>
            {
                if (machine.Process is { } process) Pass(process, part, answer => OnShardAnswered(machine, attempt, index, answer));
            }));
        }
    }

    private int NextNode()
    {
        var nodes = _world.Settings.Replicas;
        if (Gateways.IsEmpty) return (_lastNode + 1 + _random.Below(nodes - 1)) % nodes;
        return Gateways[(Gateways.IndexOf(_lastNode) + 1) % Gateways.Length];
    }

    private static void Pass(ReplicaProcess process, OperationPart part, Action<GatewayAnswer> done)
    {
        if (part.Operation.Request is not { } request) Read(process, part, done);
        else process.Gateway.Submit(request, done);
    }

    private static void Read(ReplicaProcess process, OperationPart part, Action<GatewayAnswer> done) => process.Gateway.Read(() =>
    {
        var state = process.Driver.View;
        Invariant.Holds(OperationParser.TryParse(part.Operation.Intent.ToOperation(), state.Limits, out var command, out _));
        done(new GatewayAnswer(default, state.Read(command), Replayed: false, state.Sequence));
    });

    private void OnShardAnswered(Machine machine, Attempt attempt, int part, GatewayAnswer answer)
    {
        if (machine is { Tamper: not null, HasHonestGateway: false })
        {
            // It may say anything, and without a receipt nobody can tell: what a liar's gateway answers counts as no answer.
            LostAnswers++;
            return;
        }

        if (machine.FailsAtAnswer)
        {
            LostAnswers++;
            throw new PowerCutException();
        }

        attempt.OnAnswer(part, answer);
    }

    // The answer's way to the client, on which it may be lost.
    private void Answer(ClientOperation operation, GatewayAnswer[] answers)
    {
        if (!_world.IsHealed && _random.Chance(_world.Settings.LostAnswerChance)) LostAnswers++;
        else _world.Queue.After(_random.Between(0, LinkDelayMax), () => Receive(operation, answers));
    }

    private void Receive(ClientOperation operation, GatewayAnswer[] answers)
    {
        var isFirst = !operation.IsOver;
        if (operation.Request is null && !isFirst) return; // A read that was tried twice: only the first answer is taken.
        _world.Trace.Line(() => $"{operation} gets {string.Join(", ", answers.Select(answer => $"{answer.Result.Code} at {answer.Sequence}{(answer.Replayed ? " again" : "")}"))}");
        _world.History.OnAnswers(operation, answers);
        if (!isFirst) return;
        End();
        foreach (var answer in answers) _world.Trace.Note(6, answer.Result.Revision);
        if (operation.Intent.Kind == OperationKind.List) return;
        foreach (var view in StepView.Of(operation, _world.Shards.Length))
        {
            if (view.Result is { } result) _intents.OnAnswer(view.Step, result);
        }

    }

    private void End()
    {
        UnderWay--;
        Abandoned++;
    }
}
