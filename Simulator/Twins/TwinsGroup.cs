using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.Replication.Driving;
using KvStore.StateMachine;

namespace KvStore.Simulator;

/// <summary>
/// Four replicas, one of them twice, in lockstep: what is sent in a wave arrives in the next one. The copies' clocks differ by a few milliseconds, so that what
/// they propose does.
/// </summary>
internal sealed class TwinsGroup
{
    private const int Replicas = 4;
    private const int HealedTicksMax = 400;

    private static readonly ConsensusConfig Config = new()
    {
        CheckpointInterval = 16,
        RequestTimeoutTicks = 8,
        TimeoutDoublingsMax = 0,
        StatusIntervalTicks = 3,
        IdleCheckpointTicks = 1000,
    };

    private readonly int _twin;
    private readonly KeyedHash _scheme = new();
    private readonly MessageVerifier _verifier;
    private readonly List<TwinsNode> _nodes;
    private List<(TwinsNode From, ReplicaId? To, PeerMessage Message)> _sent = [];
    private long _ticks;
    private ulong _requests;

    public TwinsGroup(int twin)
    {
        _twin = twin;
        var context = new StatementContext(default, new GroupId(0), default);
        var members = Enumerable.Range(0, Replicas).Select(index => KeyedHash.KeyOf($"replica {index}")).ToList();
        _verifier = new MessageVerifier(context, new GroupConfig(Replicas), Config, [.. members], _scheme, new SharedVerifications());
        _nodes = [.. Enumerable.Range(0, Replicas + 1).Select(index => Node(index, members))];
        foreach (var node in _nodes) node.Driver.Start(ClockOf(node), (ulong)node.Index + 1);
    }

    /// <summary>What is wrong; null when nothing is.</summary>
    public string? Run(TwinsScenario scenario)
    {
        foreach (var period in scenario.Periods)
        {
            Live(period);
            if (Disagreement() is { } found) return found;
        }

        return Heal() ? Disagreement() : Disagreement() ?? $"after healing the replicas are at {string.Join(", ", Correct.Select(node => $"{node.Id} {node.Driver.Replica.View} {node.Driver.Replica.Executed}"))}";
    }

    private IEnumerable<TwinsNode> Correct => _nodes.Where(node => node.Id.Index != _twin);

    private TwinsNode Node(int index, List<PublicKey> members)
    {
        var id = new ReplicaId((ushort)(index == Replicas ? _twin : index));
        var options = new DriverOptions(new ReplicaOptions(id, new GroupConfig(Replicas), Config, default), new StateLimits(), ClientPolicy.Any, new ShardPartition(new ShardMap(1), new GroupId(0)), _verifier);
        return new TwinsNode(index, options, new KeyedHashSigner(id, members[id.Index]), (from, to, message) => _sent.Add((from, to, message)));
    }

    private Timestamp ClockOf(TwinsNode node) => new((ulong)(World.Epoch + _ticks * Config.TickMilliseconds + node.Index));

    // In the first view at once; before each later one nobody hears anybody until whoever waits has given up the view.
    private void Live(TwinsPeriod period)
    {
        var isFirst = _requests == 0;
        Ask();
        for (var i = 0UL; !isFirst && i <= Config.RequestTimeoutTicks; i++)
        {
            Tick();
            _sent.RemoveAll(each => each.Message is not StatementMessage { Signed: Signed<ViewChange> });
        }

        Settle(period);
        for (var i = 0UL; i < Config.StatusIntervalTicks; i++)
        {
            Tick();
            Settle(period);
        }
    }

    private bool Arrives(TwinsPeriod period, TwinsNode from, TwinsNode to, PeerMessage message)
    {
        if (period.Parts[from.Index] != period.Parts[to.Index]) return false;
        var part = Correct.Where(node => period.Parts[node.Index] == period.Parts[to.Index]);
        return (period.Reach, message) switch
        {
            (TwinsReach.Complete, _) => true,
            (_, CommittedMessage) => false,
            (TwinsReach.Proposed, StatementMessage { Signed.UntypedStatement: Prepare or Commit }) => false,
            (TwinsReach.PreparedByFirst, StatementMessage { Signed.UntypedStatement: Prepare }) => part.First() == to,
            (TwinsReach.PreparedByLast, StatementMessage { Signed.UntypedStatement: Prepare }) => part.Last() == to,
            (TwinsReach.CommittedByFirst, StatementMessage { Signed.UntypedStatement: Commit }) => part.First() == to,
            (TwinsReach.CommittedByLast, StatementMessage { Signed.UntypedStatement: Commit }) => part.Last() == to,
            _ => true,
        };
    }

    private bool Heal()
    {
        Ask();
        for (var i = 0; i < HealedTicksMax; i++)
        {
            Tick();
            Settle(null);
            if (Correct.All(node => !node.Driver.Replica.PendingRequests.Any()) && Correct.Select(node => node.Driver.Replica.Executed).Distinct().Count() == 1) return true;
        }

        return false;
    }

    // A copy that is told what the other one said in its name finds its own state broken, and stops. Nothing of the kind may happen to a correct replica.
    private void Round(TwinsNode node)
    {
        if (node.HasStopped) return;
        try
        {
            node.Round();
        }
        catch (InvariantBrokenException) when (node.Id.Index == _twin)
        {
            node.HasStopped = true;
        }
    }

    // A client shows a new request to everybody.
    private void Ask()
    {
        _requests++;
        Request Signed(Signature signature) => new()
        {
            Client = KeyedHash.KeyOf("client"),
            Nonce = new Nonce(new SessionId(1), _requests),
            Created = new Timestamp(World.Epoch),
            Expires = new Timestamp(World.Epoch + Request.LifetimeMillisecondsMax),
            Operation = new Intent(OperationKind.Append, "a", $"{_requests};").ToOperation(),
            Signature = signature,
        };
        var request = Signed(KeyedHash.Sign(KeyedHash.KeyOf("client"), SignatureBase.Of(Signed(default), default)));
        Invariant.Holds(_verifier.TryVerify(request, out var verified));
        foreach (var node in _nodes)
        {
            node.Add(node.Driver.ToInput(null, verified));
            Round(node);
        }
    }

    private void Tick()
    {
        _ticks++;
        foreach (var node in _nodes)
        {
            node.Add(new Tick(ClockOf(node)));
            Round(node);
        }
    }

    // Until nobody has anything more to say; without a period everything arrives.
    private void Settle(TwinsPeriod? period)
    {
        while (_sent.Count > 0)
        {
            var wave = _sent;
            _sent = [];
            foreach (var (from, to, message) in wave) Deliver(from, to, message, period);
            foreach (var node in _nodes)
            {
                if (node.HasInput) Round(node);
            }
        }
    }

    private void Deliver(TwinsNode from, ReplicaId? to, PeerMessage message, TwinsPeriod? period)
    {
        if (message is StatementMessage { Signed: Signed<Executed> }) return; // For gateways, of which there are none.
        var packet = new Packet(message);
        foreach (var node in _nodes)
        {
            if (node.Id == from.Id || (to is { } one && node.Id != one) || (period is not null && !Arrives(period, from, node, message))) continue;
            if (packet.Verify(_verifier, out _) is { } verified) node.Add(from.Id, verified);
        }
    }

    private string? Disagreement()
    {
        var first = new SortedDictionary<SequenceNumber, (Digest Batch, ReplicaId Replica)>();
        foreach (var node in Correct)
        {
            foreach (var (sequence, batch) in node.Executed)
            {
                if (first.TryAdd(sequence, (batch, node.Id)) || first[sequence].Batch == batch) continue;
                return $"{node.Id} and {first[sequence].Replica} executed different batches at {sequence}";
            }
        }

        return null;
    }
}
