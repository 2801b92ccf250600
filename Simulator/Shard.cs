using System.Collections.Immutable;
using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.Replication;
using KvStore.Replication.Driving;
using KvStore.StateMachine;

namespace KvStore.Simulator;

/// <summary>One shard's group: its machines, their network, and what is promised of them. The shards of a world share nothing but clients and time.</summary>
internal sealed class Shard
{
    private readonly World _world;
    private readonly StateLimits _limits;
    private readonly DeterministicRandom _random;

    public Shard(World world, int index, SwarmSettings settings, Genesis genesis)
    {
        _world = world;
        _limits = genesis.Limits;
        _random = world.Random.Fork();
        Index = index;
        Settings = settings;
        var group = genesis.Groups[index];
        (Group, Members) = (group.Config, group.Members);
        Partition = new ShardPartition(new ShardMap(genesis.Groups.Length), group.Id);
        var context = new StatementContext(genesis.Cluster, group.Id, default);
        Verifier = new MessageVerifier(context, Group, settings.Consensus, Members, new KeyedHash(), new SharedVerifications());
        Violations = genesis.Groups.Length == 1 ? world.Violations : world.Violations.At(ToString());
        Oracle = new StateOracle(Violations, new SessionOracle(_limits.SessionsPerClientMax), new ShardRule(index, genesis.Groups.Length));
        Agreement = new AgreementChecker(Violations, Oracle);
        Contradictions = new ContradictionChecker(Violations, this);
        Memory = new MemoryChecker(world, this);
        Network = new SimulatedNetwork(settings, world.Random.Fork(), world.Queue, context, Deliver);
        Machines = [.. Enumerable.Range(0, Group.Replicas).Select(replica => new Machine(world, this, new ReplicaId((ushort)replica), world.Random.Fork()))];
    }

    public int Index { get; }

    public SwarmSettings Settings { get; }

    public GroupConfig Group { get; }

    public ImmutableArray<PublicKey> Members { get; }

    public ShardPartition Partition { get; }

    public MessageVerifier Verifier { get; }

    public Violations Violations { get; }

    public StateOracle Oracle { get; }

    public AgreementChecker Agreement { get; }

    public ContradictionChecker Contradictions { get; }

    public MemoryChecker Memory { get; }

    public SimulatedNetwork Network { get; }

    public ImmutableArray<Machine> Machines { get; }

    /// <summary>The furthest position that any client was told of: what begins now must come behind it.</summary>
    public Position Floor { get; set; }

    /// <summary>The highest view that any replica moved to.</summary>
    public ulong HighestView { get; set; }

    /// <summary>Those whom a replica that does not lie holds evidence against.</summary>
    public SortedSet<ReplicaId> Convicted { get; } = [];

    /// <summary>How often a replica took over a state that it had fetched.</summary>
    public int StateTransfers { get; set; }

    public DriverOptions DriverOptionsOf(ReplicaId id) =>
        new(new ReplicaOptions(id, Group, Settings.Consensus, Verifier.Context.Cluster), _limits, ClientPolicy.Any, Partition, Verifier);

    public void Start()
    {
        foreach (var machine in Machines) machine.Start();
    }

    /// <summary>The end of all faults: the network is whole, all machines are up, clocks agree.</summary>
    public void Heal()
    {
        Network.Heal();
        foreach (var machine in Machines)
        {
            machine.ClockOffset = 0;
            machine.CancelFailures();
            machine.HealDisk();
            machine.Start();
        }
    }

    public override string ToString() => $"shard {Index}";

    private void Deliver(ReplicaId from, ReplicaId to, Packet packet)
    {
        // What is not signed belongs to a connection of two replicas of one shard, and strays nowhere.
        var strays = !_world.IsHealed && packet.Message is (StatementMessage or ProposalMessage) && _random.Chance(Settings.StrayChance);
        if (strays) _random.Pick(_world.Shards).Hand(from, to, new Packet(packet.Message));
        Hand(from, to, packet);
    }

    private void Hand(ReplicaId from, ReplicaId to, Packet packet)
    {
        var machine = Machines[to.Index];
        if (machine.Process is not { } process) return;
        _world.Trace.Note((ulong)packet.Message.Kind, ((ulong)Index << 32) | ((ulong)from.Index << 16) | to.Index);
        if (_world.Trace.IsOn) _world.Trace.Line(() => $"{from} → {machine} {Describe(packet.Message)}");
        machine.Guard(() => process.Deliver(from, packet));
    }

    private static string Describe(PeerMessage message) => message switch
    {
        StatementMessage { Signed.UntypedStatement: OrderingVote vote } => $"{vote.Kind} {vote.View} {vote.Sequence} {vote.Batch.ToString()[..8]}",
        StatementMessage it => it.Signed.UntypedStatement.Kind.ToString(),
        ProposalMessage it => $"PrePrepare {it.PrePrepare.Statement.View} {it.PrePrepare.Statement.Sequence} {it.Batch.Digest.ToString()[..8]} of {it.Batch.Requests.Length}",
        StatusMessage it => $"Status {it.View} {(it.Active ? "open" : "closed")} stable {it.Stable} executed {it.Executed}{(it.Rejoining ? " rejoining" : "")}",
        RecalledMessage it => $"Recalled open {it.OpenView} settled {it.Settled} statements {it.Statements.Length}",
        _ => message.Kind.ToString(),
    };
}
