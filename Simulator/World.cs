using System.Collections.Immutable;
using KvStore.Protocol;
using KvStore.Replication;

namespace KvStore.Simulator;

/// <summary>All shards with their clients, in one thread. Scenarios script the faults; <see cref="Simulation"/> draws them.</summary>
internal sealed class World
{
    /// <summary>When simulations begin, in milliseconds since 1970: any whole second would do.</summary>
    public const long Epoch = 1_700_000_000_000;

    public World(ulong seed, SwarmSettings settings, Action<string>? trace)
        : this(seed, [.. Enumerable.Repeat(settings, settings.Shards)], trace)
    {
    }

    /// <summary>A world with settings for each shard: what they say of faults is the shard's own, everything else that of the first.</summary>
    public World(ulong seed, ImmutableArray<SwarmSettings> shards, Action<string>? trace)
    {
        Settings = shards[0];
        Random = new DeterministicRandom(seed);
        Trace = new Trace(Queue, trace);
        Violations = new Violations(Queue, Trace, Settings.Consensus.TickMilliseconds);
        Genesis = GenesisOf(Settings, shards.Length);
        Keys = new KeySpace(shards.Length);
        History = new History(this);
        Shards = [.. shards.Select((settings, index) => new Shard(this, index, settings, Genesis))];
        Clients = [.. Enumerable.Range(0, Settings.Clients).Select(index => new SimulatedClient(this, index, Random.Fork()))];
    }

    public SwarmSettings Settings { get; }

    public DeterministicRandom Random { get; }

    public EventQueue Queue { get; } = new();

    public Trace Trace { get; }

    public Violations Violations { get; }

    public Genesis Genesis { get; }

    public KeySpace Keys { get; }

    public History History { get; }

    /// <summary>What the liars of all shards know.</summary>
    public Overheard Overheard { get; } = new();

    public ImmutableArray<Shard> Shards { get; }

    public IReadOnlyList<SimulatedClient> Clients { get; }

    /// <summary>Whether the faults are over.</summary>
    public bool IsHealed { get; private set; }

    public SortedDictionary<RejectionKind, long> Rejections { get; } = [];

    public long Ticks => Queue.Now / Settings.Consensus.TickMilliseconds;

    public void CountRejection(RejectionKind kind) => Rejections[kind] = Rejections.GetValueOrDefault(kind) + 1;

    /// <summary>Starts all machines and clients.</summary>
    public void Start()
    {
        foreach (var shard in Shards) shard.Start();
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

    /// <summary>The end of all faults.</summary>
    public void Heal()
    {
        Trace.Line(() => "all faults are over");
        IsHealed = true;
        foreach (var shard in Shards) shard.Heal();
        foreach (var client in Clients) client.OnHealed();
    }

    // The shards' members have the same keys: what tells their statements apart is what is signed, and not who signed it.
    private static Genesis GenesisOf(SwarmSettings settings, int shards)
    {
        ImmutableArray<PublicKey> members = [.. Enumerable.Range(0, settings.Replicas).Select(index => KeyedHash.KeyOf($"replica {index}"))];
        return new Genesis
        {
            Name = "simulation",
            Groups = [.. Enumerable.Range(0, shards).Select(shard => new GroupGenesis(new GroupId((uint)shard), new GroupConfig(settings.Replicas) { Monitor = settings.Monitor }, members))],
            Limits = new StateLimits { SessionsPerClientMax = settings.SessionsPerClientMax },
            Consensus = settings.Consensus,
        };
    }
}
