// adversary.md row 23: a client that floods a gateway.
using KvStore.Protocol;
using KvStore.Replication.Gateways;
using KvStore.Replication.Storing;

namespace KvStore.Replication.Tests;

public sealed class GatewayFairnessTests : IGatewayOutlet
{
    private static readonly ClusterId _cluster = new(Digest.Of("fairness"u8));

    private readonly MessageVerifier _verifier;
    private readonly GatewayCore _gateway;
    private int _distributed;

    public GatewayFairnessTests()
    {
        using var key = new Ed25519PrivateKey(new byte[Ed25519PrivateKey.SeedLength]);
        var group = new GroupConfig(1);
        _verifier = new MessageVerifier(new StatementContext(_cluster, new GroupId(0), default), group, new ConsensusConfig(), [key.PublicKey], Ed25519.Instance);
        _gateway = new GatewayCore(group, _verifier, this, firstRound: 1);
    }

    void IGatewayOutlet.Distribute(VerifiedRequest request) => _distributed++;

    void IGatewayOutlet.AskReadIndex(ReadIndexQuery query)
    {
        // Nobody reads.
    }

    [Fact]
    public void A_client_that_floods_a_gateway_is_refused_while_others_are_served()
    {
        var flood = Enumerable.Range(0, GatewayCore.WaitingMax).Select(i => Request(client: 1, i)).ToList();
        var admissions = flood.ConvertAll(request => _gateway.Submit(request, Ignore));
        Assert.Equal(GatewayCore.WaitingMax / 2, admissions.Count(each => each == Admission.Taken));
        Assert.All(admissions.Skip(GatewayCore.WaitingMax / 2), each => Assert.Equal(Admission.ClientFull, each));
        for (byte client = 2; client < 20; client++) Assert.Equal(Admission.Taken, _gateway.Submit(Request(client, 0), Ignore));
        Assert.Equal(_gateway.WaitingCount, _distributed);
    }

    [Fact]
    public void What_a_client_waits_for_no_more_makes_room_for_more_of_it()
    {
        var taken = new List<VerifiedRequest>();
        for (var i = 0; ; i++)
        {
            var request = Request(client: 1, i);
            if (_gateway.Submit(request, Ignore) == Admission.ClientFull) break;
            taken.Add(request);
        }

        _gateway.Abandon(taken[0].Digest, Ignore);
        _gateway.OnFoundExecuted(new GatewayAnswer(taken[1].Digest, new OperationResult { Code = ResultCode.Ok, Revision = 1 }, Replayed: true, new SequenceNumber(1)));
        Assert.Equal(taken.Count - 2, _gateway.WaitingCount);
        Assert.Equal(Admission.Taken, _gateway.Submit(Request(client: 1, -1), Ignore));
        Assert.Equal(Admission.Taken, _gateway.Submit(Request(client: 1, -2), Ignore));
    }

    [Fact]
    public void Few_that_are_large_take_no_more_of_the_room_than_many_that_are_small()
    {
        const int Large = 1024 * 1024;
        var taken = new List<VerifiedRequest>();
        for (var i = 0; i < 100; i++)
        {
            var request = Request(client: 1, i, Large);
            if (_gateway.Submit(request, Ignore) == Admission.Taken) taken.Add(request);
        }

        Assert.InRange(taken.Count, (GatewayCore.WaitingBytesMax / Large / 2) - 1, GatewayCore.WaitingBytesMax / Large / 2);
        Assert.Equal(Admission.Taken, _gateway.Submit(Request(client: 2, 0, Large), Ignore));
        _gateway.Abandon(taken[0].Digest, Ignore);
        _gateway.Abandon(taken[1].Digest, Ignore);
        Assert.Equal(Admission.Taken, _gateway.Submit(Request(client: 1, 200, Large), Ignore));
    }

    private static void Ignore(GatewayAnswer answer)
    {
        // Nobody waits for it.
    }

    // Signatures are what verifiers look at, and whoever submits has been there.
    private VerifiedRequest Request(byte client, int number, int bytes = 0)
    {
        Assert.True(Operation.TryCreate(OperationMethod.Put, $"/v1/kv/k{number}", "", [], new byte[bytes], out var operation));
        return _verifier.FromOwnLog(new Request
        {
            Client = PublicKey.Read([.. Enumerable.Repeat(client, PublicKey.Length)]),
            Nonce = new Nonce(new SessionId(client), (ulong)(number + 2)),
            Created = new Timestamp(1_800_000_000_000),
            Expires = new Timestamp(1_800_000_100_000),
            Operation = operation,
            Signature = default,
        });
    }
}
