using System.Collections.Immutable;
using System.Text;
using KvStore.Protocol;

namespace KvStore.Consensus.Tests.Harness;

/// <summary>
/// A group of replicas in one thread with a network of envelopes: delivered in order of sending, dropped or held by predicates. Every message goes through
/// its encoding and the verifier. Agreement, and that no replica contradicts itself, are checked at every effect.
/// </summary>
internal sealed class TestGroup
{
    private readonly Queue<Envelope> _network = new();
    private readonly List<Envelope> _held = [];
    private readonly List<Predicate<Envelope>> _drops = [];
    private readonly List<Predicate<Envelope>> _holds = [];
    private readonly AgreementChecker _checker = new();
    private readonly Dictionary<string, VerifiedRequest> _requests = [];

    public TestGroup(int replicas = 4, ConsensusConfig? consensus = null, FaultModel model = FaultModel.Byzantine, MonitorConfig? monitor = null)
    {
        Config = new GroupConfig(replicas, model) { Monitor = monitor };
        Consensus = consensus ?? new ConsensusConfig { CheckpointInterval = 8 };
        Ids = [.. Enumerable.Range(0, replicas).Select(index => new ReplicaId((ushort)index))];
        Verifier = new MessageVerifier(Context, Config, Consensus, [.. Ids.Select(FakeScheme.KeyOf)], new FakeScheme());
        Replicas = [.. Ids.Select(id => new ReplicaHarness(this, id))];
        foreach (var replica in Replicas) replica.Start();
        DeliverAll();
    }

    public static StatementContext Context { get; } = new(new ClusterId(Digest.Of("cluster"u8)), new GroupId(0), new Epoch(0));

    public GroupConfig Config { get; }

    public ConsensusConfig Consensus { get; }

    public MessageVerifier Verifier { get; }

    public ImmutableArray<ReplicaId> Ids { get; }

    public ImmutableArray<ReplicaHarness> Replicas { get; }

    public IEnumerable<ReplicaHarness> Running => Replicas.Where(replica => replica.Running);

    public Timestamp Now { get; private set; } = new(1_800_000_000_000);

    /// <summary>Called with every effect.</summary>
    public Action<ReplicaId, Effect>? Observer { get; set; }

    /// <summary>Called with every envelope that is sent.</summary>
    public Action<Envelope>? OnSent { get; set; }

    public ReplicaHarness this[int index] => Replicas[index];

    public static Signed<TStatement> Sign<TStatement>(ReplicaId signer, TStatement statement)
        where TStatement : Statement
    {
        var writer = new CanonicalWriter();
        StatementCodec.EncodeSignedBytes(writer, Context, statement);
        return new Signed<TStatement>(statement, signer, FakeScheme.Sign(FakeScheme.KeyOf(signer), writer.Written));
    }

    public static Signed<TStatement> Sign<TStatement>(int signer, TStatement statement)
        where TStatement : Statement => Sign(new ReplicaId((ushort)signer), statement);

    /// <summary>A certificate by the first replicas.</summary>
    public QuorumCertificate<TVote> Certify<TVote>(TVote vote)
        where TVote : Vote => QuorumCertificate<TVote>.Of(Config, Ids.Take(Config.Quorum).Select(id => MessageVerifier.Own(Sign(id, vote))));

    /// <summary>A client's signed request; the same one for the same name. The client is what stands before the name's first dot.</summary>
    public VerifiedRequest Request(string name, byte[]? body = null, string query = "")
    {
        if (_requests.TryGetValue(name, out var made)) return made;
        var second = Now.UnixMilliseconds / 1000 * 1000;
        Assert.True(Operation.TryCreate(OperationMethod.Put, $"/v1/kv/{name}", query, [], body ?? Encoding.ASCII.GetBytes(name), out var operation));
        var unsigned = new Request
        {
            Client = FakeScheme.KeyOf(name.Split('.')[0]),
            Nonce = new Nonce(new SessionId(1), (ulong)_requests.Count + 1),
            Created = new Timestamp(second),
            Expires = new Timestamp(second + 300_000),
            Operation = operation,
            Signature = default,
        };
        var signature = FakeScheme.Sign(unsigned.Client, SignatureBase.Of(unsigned, Context.Cluster));
        var request = new Request
        {
            Client = unsigned.Client,
            Nonce = unsigned.Nonce,
            Created = unsigned.Created,
            Expires = unsigned.Expires,
            Operation = operation,
            Signature = signature,
        };
        Assert.True(Verifier.TryVerify(request, out var verified));
        _requests.Add(name, verified);
        return verified;
    }

    /// <summary>A gateway passes a request to every replica, or to some.</summary>
    public VerifiedRequest Submit(string name, params int[] to)
    {
        var request = Request(name);
        foreach (var replica in to.Length == 0 ? Replicas : to.Select(index => Replicas[index])) replica.Submit(request);
        return request;
    }

    /// <summary>A gateway passes a put of a key that expires so many seconds later to every replica.</summary>
    public void SubmitFor(string name, int seconds)
    {
        Request(name, query: $"?ttl={seconds}");
        Submit(name);
    }

    /// <summary>Orders a put of a key that expires so many seconds later.</summary>
    public void PutFor(string name, int seconds)
    {
        SubmitFor(name, seconds);
        DeliverAll();
    }

    /// <summary>Submits requests one after the other, each in a batch of its own, and lets everything arrive.</summary>
    public void Order(int count, string prefix = "order")
    {
        for (var i = 0; i < count; i++)
        {
            Submit($"{prefix}{i}");
            DeliverAll();
        }
    }

    public void Drop(Predicate<Envelope> which) => _drops.Add(which);

    public void Hold(Predicate<Envelope> which) => _holds.Add(which);

    /// <summary>Nothing reaches or leaves the replica.</summary>
    public void Isolate(int index) => Drop(envelope => envelope.From.Index == index || envelope.To.Index == index);

    /// <summary>Ends all drops and holds; what was held is on its way again.</summary>
    public void Heal()
    {
        _drops.Clear();
        _holds.Clear();
        foreach (var envelope in _held) _network.Enqueue(envelope);
        _held.Clear();
    }

    public void Send(IEnumerable<Envelope> envelopes)
    {
        foreach (var envelope in envelopes) Send(envelope);
    }

    public void Send(Envelope envelope)
    {
        OnSent?.Invoke(envelope);
        if (_drops.Exists(drop => drop(envelope))) return;
        if (_holds.Exists(hold => hold(envelope))) _held.Add(envelope);
        else _network.Enqueue(envelope);
    }

    /// <summary>A replica, or a test that speaks for it, sends something to some, at once.</summary>
    public void Inject(int from, PeerMessage message, params int[] to)
    {
        foreach (var index in to) Deliver(new Envelope(Ids[from], Ids[index], message));
    }

    /// <summary>Delivers until nothing is on its way.</summary>
    public void DeliverAll()
    {
        var steps = 0;
        while (_network.TryDequeue(out var envelope))
        {
            Assert.True(++steps < 1_000_000, "The replicas do not come to rest.");
            Deliver(envelope);
        }
    }

    /// <summary>Delivers what is on its way now and is chosen; the rest stays on its way.</summary>
    public void Deliver(Predicate<Envelope> which)
    {
        for (var count = _network.Count; count > 0; count--)
        {
            var envelope = _network.Dequeue();
            if (which(envelope)) Deliver(envelope);
            else _network.Enqueue(envelope);
        }
    }

    /// <summary>Time passes for every replica; after each tick everything arrives.</summary>
    public void Tick(int count = 1)
    {
        for (var i = 0; i < count; i++)
        {
            Now = new Timestamp(Now.UnixMilliseconds + (ulong)Consensus.TickMilliseconds);
            foreach (var replica in Running) replica.Round(new Tick(replica.Clock));
            DeliverAll();
        }
    }

    /// <summary>Ticks until the condition holds; fails after too many.</summary>
    public void TickUntil(Func<bool> reached, int max = 5000)
    {
        for (var i = 0; i < max && !reached(); i++) Tick();
        Assert.True(reached(), $"Not reached in {max} ticks:\n{string.Join('\n', Replicas.Select(Describe))}");
    }

    private static string Describe(ReplicaHarness each) =>
        $"{each.Self} {(each.Running ? "runs" : "is stopped")}, {each.Replica.View} {(each.Replica.Active ? "open" : "not open")}, stable {each.Replica.StableCheckpoint?.Vote.Sequence}, "
        + $"executed {each.Replica.Executed}, {each.State.Requests.Count} requests, rejoining {each.Replica.IsRejoining}, fetching {each.Replica.IsFetchingState}, {each.Replica.Sizes}";

    public void OnEffect(ReplicaId replica, Effect effect)
    {
        if (effect is Execute execute) _checker.OnExecuted(replica, execute.Sequence, execute.Batch.Digest);
        if (effect is Broadcast broadcast) _checker.OnSaid(replica, broadcast.Statement);
        if (effect is BroadcastProposal proposal) _checker.OnSaid(replica, proposal.PrePrepare);
        Observer?.Invoke(replica, effect);
    }

    private void Deliver(Envelope envelope)
    {
        var replica = Replicas[envelope.To.Index];
        if (!replica.Running) return;
        var message = MessageCodec.Decode(Context, MessageCodec.Encode(Context, envelope.Message), out var rejection);
        VerifiedMessage verified = null!;
        if (message is null || !Verifier.TryVerify(message, out verified, out rejection))
        {
            replica.Effects.Add(new Reject(rejection, envelope.From));
            Observer?.Invoke(envelope.To, new Reject(rejection, envelope.From));
            return;
        }

        if (verified is not VerifiedReadIndexAnswer) replica.Receive(envelope.From, verified);
    }
}
