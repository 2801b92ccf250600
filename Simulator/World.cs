using System.Collections.Immutable;
using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.Replication;
using KvStore.Replication.Driving;
using KvStore.StateMachine;

namespace KvStore.Simulator;

/// <summary>A whole group with its clients, in one thread. Scenarios script its faults; <see cref="Simulation"/> draws them.</summary>
internal sealed class World
{
    /// <summary>When simulations begin, in milliseconds since 1970: any whole second would do.</summary>
    public const long Epoch = 1_700_000_000_000;

    private readonly StateLimits _limits;

    public World(ulong seed, SwarmSettings settings, Action<string>? trace)
    {
        Settings = settings;
        Random = new DeterministicRandom(seed);
        Trace = new Trace(Queue, trace);
        Group = new GroupConfig(settings.Replicas);
        Members = [.. Enumerable.Range(0, settings.Replicas).Select(index => KeyedHash.KeyOf($"replica {index}"))];
        _limits = new StateLimits { SessionsPerClientMax = settings.SessionsPerClientMax };
        var id = new GroupId(0);
        var genesis = new Genesis { Name = "simulation", Groups = [new GroupGenesis(id, Group, Members)], Limits = _limits, Consensus = settings.Consensus };
        var context = new StatementContext(genesis.Cluster, id, default);
        Verifier = new MessageVerifier(context, Group, settings.Consensus, Members, new KeyedHash(), new SharedVerifications());
        Violations = new Violations(Queue, Trace, settings.Consensus.TickMilliseconds);
        Oracle = new StateOracle(Violations, new SessionOracle(settings.SessionsPerClientMax));
        Agreement = new AgreementChecker(Violations, Oracle);
        Contradictions = new ContradictionChecker(Violations);
        History = new History(Violations, Oracle);
        Memory = new MemoryChecker(this);
        Network = new SimulatedNetwork(settings, Random.Fork(), Queue, context, Deliver);
        Machines = [.. Enumerable.Range(0, settings.Replicas).Select(index => new Machine(this, new ReplicaId((ushort)index), Random.Fork()))];
        Clients = [.. Enumerable.Range(0, settings.Clients).Select(index => new SimulatedClient(this, index, Random.Fork()))];
    }

    public SwarmSettings Settings { get; }

    public DeterministicRandom Random { get; }

    public EventQueue Queue { get; } = new();

    public Trace Trace { get; }

    public GroupConfig Group { get; }

    public ImmutableArray<PublicKey> Members { get; }

    public MessageVerifier Verifier { get; }

    public SimulatedNetwork Network { get; }

    public ImmutableArray<Machine> Machines { get; }

    public IReadOnlyList<SimulatedClient> Clients { get; }

    public Violations Violations { get; }

    public StateOracle Oracle { get; }

    public AgreementChecker Agreement { get; }

    public ContradictionChecker Contradictions { get; }

    public History History { get; }

    public MemoryChecker Memory { get; }

    /// <summary>The highest view that any replica moved to.</summary>
    public ulong HighestView { get; set; }

    public SortedDictionary<RejectionKind, long> Rejections { get; } = [];

    public long Ticks => Queue.Now / Settings.Consensus.TickMilliseconds;

    public DriverOptions DriverOptionsOf(ReplicaId id) =>
        new(new ReplicaOptions(id, Group, Settings.Consensus, Verifier.Context.Cluster), _limits, ClientPolicy.Any, ShardPartition.Whole, Verifier);

    public void CountRejection(RejectionKind kind) => Rejections[kind] = Rejections.GetValueOrDefault(kind) + 1;

    /// <summary>Starts all machines and clients.</summary>
    public void Start()
    {
        foreach (var machine in Machines) machine.Start();
        foreach (var client in Clients) client.Start();
    }

    /// <summary>Goes on for a while; ends early at a violation.</summary>
    public void RunTicks(long ticks) => RunUntil(() => false, ticks);

    /// <summary>Goes on until something holds; false when it does not within the time, or when there is a violation.</summary>
    public bool RunUntil(Func<bool> holds, long ticks)
    {
        var end = Queue.Now + ticks * Settings.Consensus.TickMilliseconds;
        while (Queue.Now < end && !Violations.Any)
        {
            if (holds()) return true;
            if (!Queue.Step()) return false;
        }

        return !Violations.Any && holds();
    }

    /// <summary>The end of all faults: the network is whole, all machines are up, clocks agree.</summary>
    public void Heal()
    {
        Trace.Line(() => "all faults are over");
        Network.Heal();
        foreach (var machine in Machines)
        {
            machine.ClockOffset = 0;
            machine.PowerCut.Reset();
            machine.FailsAfterWriting = false;
            machine.Start();
        }

        foreach (var client in Clients) client.OnHealed();
    }

    private void Deliver(ReplicaId from, ReplicaId to, Packet packet)
    {
        var machine = Machines[to.Index];
        if (machine.Process is not { } process) return;
        Trace.Note((ulong)packet.Message.Kind, ((ulong)from.Index << 16) | to.Index);
        if (Trace.IsOn) Trace.Line(() => $"{from} → {to} {Describe(packet.Message)}");
        machine.Guard(() => process.Deliver(from, packet));
    }

    private static string Describe(PeerMessage message) => message switch
    {
        StatementMessage { Signed.UntypedStatement: OrderingVote vote } => $"{vote.Kind} {vote.View} {vote.Sequence} {vote.Batch.ToString()[..8]}",
        StatementMessage it => it.Signed.UntypedStatement.Kind.ToString(),
        ProposalMessage it => $"PrePrepare {it.PrePrepare.Statement.View} {it.PrePrepare.Statement.Sequence} {it.Batch.Digest.ToString()[..8]} of {it.Batch.Requests.Length}",
        StatusMessage it => $"Status {it.View} {(it.Active ? "open" : "closed")} stable {it.Stable} executed {it.Executed}{(it.Rejoining ? " rejoining" : "")}",
        _ => message.Kind.ToString(),
    };
}
