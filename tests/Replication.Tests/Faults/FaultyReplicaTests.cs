using System.Collections.Immutable;
using KvStore.Protocol;
using KvStore.Replication.Faults;
using KvStore.Replication.InProcess;
using KvStore.StateMachine;
using Microsoft.Extensions.Logging.Abstractions;

namespace KvStore.Replication.Tests.Faults;

/// <summary>A replica of a cluster in one process that is faulty by design, and what the others make of it.</summary>
public sealed class FaultyReplicaTests
{
    private const int Faulty = 0;

    [Fact]
    public async Task A_primary_that_says_nothing_is_replaced_and_its_own_gateway_is_not_answered()
    {
        await using var cluster = Start(_ => new Mute());
        await Put(cluster, 1, "key");
        Assert.True(cluster.Groups[0].Statuses[1].View > 0);
        Assert.Equal(["scripted"], cluster.Groups[0].Statuses[Faulty].Faults);
        Assert.Empty(cluster.Groups[0].Statuses[1].Faults);
        await Assert.ThrowsAsync<Gateways.OutcomeUnknownException>(() => Put(cluster, Faulty, "other"));
    }

    [Fact]
    public async Task What_is_altered_on_its_way_in_is_verified_like_anything_else_that_comes()
    {
        await using var cluster = Start(_ => new Deaf());
        for (var i = 0; !HasRejected(cluster); i++) await Put(cluster, 1, $"key-{i}");
    }

    private static bool HasRejected(InProcessCluster cluster) =>
        cluster.Groups[0].Statuses[Faulty].Rejections.Keys.Any(kind => kind.StartsWith(nameof(RejectionKind.BadSignature), StringComparison.Ordinal));

    private static InProcessCluster Start(Func<ITamperedReplica, IStatementTamper> tamper) => InProcessCluster.Start(
        new InProcessOptions
        {
            AnswerTimeout = TimeSpan.FromSeconds(2),
            Faults = ImmutableDictionary<int, FaultsByDesign>.Empty.Add(Faulty, new FaultsByDesign(["scripted"], tamper)),
        },
        NullLoggerFactory.Instance);

    private static async Task Put(InProcessCluster cluster, int node, string key)
    {
        using var client = new TestClient(cluster.Genesis.Cluster);
        var answer = await cluster.Groups[0].SubmitAsync(client.Sign(OperationMethod.Put, $"/v1/kv/{key}", "value"), TestContext.Current.CancellationToken, node);
        Assert.Equal(ResultCode.Created, answer.Result.Code);
    }

    private sealed class Mute : IStatementTamper
    {
        public IEnumerable<Said> Say(ReplicaId to, PeerMessage message) => [];

        public PeerMessage? Hear(ReplicaId from, PeerMessage message) => message;
    }

    // Takes every vote for one thing as a vote for another.
    private sealed class Deaf : IStatementTamper
    {
        public IEnumerable<Said> Say(ReplicaId to, PeerMessage message) => [new Said(message)];

        public PeerMessage? Hear(ReplicaId from, PeerMessage message) => message is StatementMessage { Signed: Signed<Prepare> vote }
            ? new StatementMessage(new Signed<Prepare>(vote.Statement with { Batch = Digest.Zero }, vote.Signer, vote.Signature))
            : message;
    }
}
