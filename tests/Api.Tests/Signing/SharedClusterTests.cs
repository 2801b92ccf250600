using System.Net;
using KvStore.Replication.InProcess;
using KvStore.StateMachine;

namespace KvStore.Api.Tests;

/// <summary>What a signed request means does not depend on the gateway that it goes through.</summary>
public sealed class SharedClusterTests
{
    [Fact]
    public async Task The_same_bytes_sent_through_two_gateways_apply_once()
    {
        await using var cluster = await SharedCluster.Start(gateways: 2);
        using var client = await HandSigner.For(cluster[0]);
        var draft = new Draft("POST", "/v1/kv/log", "line;");
        var headers = client.Sign(draft);
        foreach (var gateway in new[] { 0, 1, 0 })
        {
            using var answer = await cluster[gateway].Sent("POST", draft.Target, draft.Body, headers);
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
            Assert.Equal("5", answer.Header("Kv-Length"));
        }

        Assert.Equal("line;", await cluster[0].Get(draft.Target).Body());
        Assert.Equal("line;", await cluster[1].Get(draft.Target).Body());
    }

    [Fact]
    public async Task The_same_bytes_sent_through_two_gateways_at_once_apply_once()
    {
        await using var cluster = await SharedCluster.Start(gateways: 2);
        using var client = await HandSigner.For(cluster[0]);
        for (var i = 1; i <= 20; i++)
        {
            var draft = new Draft("POST", "/v1/kv/log", "line;");
            var headers = client.Sign(draft);
            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(j => cluster[j % 2].Sent("POST", draft.Target, draft.Body, headers)));
            Assert.All(answers, answer => Assert.Equal($"{i * 5}", answer.Header("Kv-Length")));
            foreach (var answer in answers) answer.Dispose();
        }

        Assert.Equal(string.Concat(Enumerable.Repeat("line;", 20)), await cluster[1].Get("/v1/kv/log").Body());
    }

    [Fact]
    public async Task A_cluster_outlives_its_gateways()
    {
        await using var cluster = await SharedCluster.Start(gateways: 2);
        await cluster[0].Put("/v1/kv/left", "behind").Is(HttpStatusCode.Created);
        await cluster[0].DisposeAsync();
        Assert.Equal("behind", await cluster[1].Get("/v1/kv/left").Body());
        await cluster[0].InitializeAsync();
    }

    [Fact]
    public async Task A_key_that_the_genesis_does_not_name_is_refused_before_anything_is_ordered()
    {
        using var member = new HandSigner("not known yet");
        await using var cluster = await SharedCluster.Start(gateways: 1, new InProcessOptions { Clients = ClientPolicy.Only([member.PublicKey]) });
        using var stranger = await HandSigner.For(cluster[0]);
        using var admitted = member.Of(await HandSigner.ClusterOf(cluster[0]));
        await cluster[0].Signed(stranger, new Draft("PUT", "/v1/kv/a", "x")).Problem(403, "client-not-admitted");
        await cluster[0].Signed(stranger, new Draft("GET", "/v1/kv/a")).Problem(403, "client-not-admitted");
        await cluster[0].Signed(admitted, new Draft("PUT", "/v1/kv/a", "x")).Is(HttpStatusCode.Created);

        // What the gateway signs itself is signed by a key that this genesis does not name either; there it is the replicas who say so.
        await cluster[0].Put("/v1/kv/a", "x").Problem(403, "client-not-admitted");
    }

    [Fact]
    public async Task The_time_of_the_batch_has_the_last_word()
    {
        await using var cluster = await SharedCluster.Start(gateways: 1, new InProcessOptions { Clock = new ShiftedClock(TimeSpan.FromSeconds(100)) });
        using var client = await HandSigner.For(cluster[0]);
        using var answer = await cluster[0].Signed(client, new Draft("PUT", "/v1/kv/late", "x") { Expires = 60 });
        var problem = await answer.Problem(401, "request-expired");
        Assert.False(problem.GetProperty("retryable").GetBoolean());
        Assert.Equal("0", answer.Header("Kv-Shard"));
        await cluster[0].Signed(client, new Draft("PUT", "/v1/kv/late", "x") { Expires = 200 }).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_request_that_would_outlive_what_replicas_admit_is_a_matter_of_its_times()
    {
        await using var cluster = await SharedCluster.Start(gateways: 1, new InProcessOptions { Clock = new ShiftedClock(TimeSpan.FromSeconds(-400)) });
        using var client = await HandSigner.For(cluster[0]);
        await cluster[0].Signed(client, new Draft("PUT", "/v1/kv/early", "x") { Expires = 290 }).Problem(401, "signature-times");
        await cluster[0].Signed(client, new Draft("PUT", "/v1/kv/early", "x") { Expires = 60 }).Is(HttpStatusCode.Created);
    }

    private sealed class ShiftedClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
