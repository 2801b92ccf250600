using KvStore.Protocol;

namespace KvStore.Client.Tests;

/// <summary>What goes over the wire is what was signed, and covers what it must. http-api.md section 4.</summary>
public sealed class SignatureTests
{
    private const string Cluster = "kv-cluster";

    [Fact]
    public async Task Every_operation_is_signed_over_all_that_changes_its_meaning()
    {
        await using var gateway = FakeGateway.Saying(Answers.Written());
        using var client = Clients.Signed(gateway.Address);
        var cancel = TestContext.Current.CancellationToken;
        var value = "value"u8.ToArray();
        await client.PutAsync("a b/ü", value, new PutOptions { IfMatch = new ETag(41), ContentType = "text/plain", TimeToLive = TimeSpan.FromSeconds(60) }, cancel);
        await client.PutAsync("key", value, new PutOptions { IfAbsent = true }, cancel);
        await client.AppendAsync("key", value, new AppendOptions { IfLength = 1024 }, cancel);
        await client.KeepSliceAsync("key", 2, 5, new ETag(7), cancel);
        await client.DeleteAsync("key", cancel: cancel);
        await client.GetAsync("key", new GetOptions { Range = ByteRange.Between(2, 5), IfNoneMatch = new ETag(7), Consistency = Consistency.Certified }, cancel);

        string[][] covered =
        [
            ["@method", "@path", "@query", "content-digest", "content-type", "if-match", Cluster],
            ["@method", "@path", "@query", "content-digest", "if-none-match", Cluster],
            ["@method", "@path", "@query", "content-digest", "kv-if-length", Cluster],
            ["@method", "@path", "@query", "content-digest", "content-type", "if-match", Cluster],
            ["@method", "@path", "@query", Cluster],
            ["@method", "@path", "@query", "if-none-match", "range", Cluster],
        ];
        Assert.Equal(covered, gateway.Requests.Select(SignedText.Covered));
        Assert.Equal("/v1/kv/a%20b/%C3%BC?ttl=60", gateway.Requests[0].Target);
        Assert.Equal("/v1/kv/key?consistency=certified", gateway.Requests[5].Target);
        foreach (var request in gateway.Requests)
        {
            Assert.True(Ed25519.Instance.Verify(Clients.Key.PublicKey, SignedText.Base(request), Signature.Read(SignedText.Signature(request))));
            if (request.Body.Length > 0) Assert.Equal(SignedText.DigestOf(request.Body), request.Header("Content-Digest"));
            Assert.Equal(SignatureBase.ClusterName(Clients.Cluster), request.Header("Kv-Cluster"));
        }
    }

    [Fact]
    public async Task Parameters_stand_in_the_order_of_the_profile_and_bound_the_time()
    {
        await using var gateway = FakeGateway.Saying(Answers.Written());
        using var client = new KvClient(Clients.Options(gateway.Address) with { Key = Clients.Key, Cluster = Clients.Cluster, Timeout = TimeSpan.FromHours(1) });
        await client.PutAsync("key", new byte[3], cancel: TestContext.Current.CancellationToken);
        var input = gateway.Requests[0].Header("Signature-Input")!;
        Assert.Matches("\\);created=[0-9]+;expires=[0-9]+;nonce=\"[A-Za-z0-9_-]{22}\";keyid=\"[A-Za-z0-9_-]{43}\";alg=\"ed25519\";tag=\"kv-request-v1\"$", input);
        var (created, expires) = (Number(input, "created"), Number(input, "expires"));
        Assert.InRange(expires - created, 200, 300);
    }

    [Fact]
    public async Task Without_a_pinned_cluster_it_is_learned_once()
    {
        var answer = $$"""{"name":"development","cluster":"{{SignatureBase.ClusterName(Clients.Cluster)}}","groups":[]}""";
        await using var gateway = new FakeGateway((request, _) => Task.FromResult<string?>(request.Target == "/v1/cluster"
            ? Answers.Of("200 OK", "Content-Type: application/json\r\n", answer)
            : Answers.Written()));
        using var client = new KvClient(Clients.Options(gateway.Address) with { Key = Clients.Key });
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => client.PutAsync("key", new byte[1], cancel: TestContext.Current.CancellationToken)));
        Assert.Single(gateway.Requests, request => request.Target == "/v1/cluster");
        Assert.All(gateway.Requests.Skip(1), request => Assert.Equal(SignatureBase.ClusterName(Clients.Cluster), request.Header("Kv-Cluster")));
    }

    [Fact]
    public async Task A_cluster_that_can_not_be_learned_is_asked_for_again_the_next_time()
    {
        var answer = $$"""{"name":"development","cluster":"{{SignatureBase.ClusterName(Clients.Cluster)}}","groups":[]}""";
        await using var gateway = FakeGateway.Saying(
            Answers.Of("200 OK", "", "{\"cluster\":\"nonsense\"}"), Answers.Of("200 OK", "", answer), Answers.Written());
        using var client = new KvClient(Clients.Options(gateway.Address) with { Key = Clients.Key });
        var failure = await Assert.ThrowsAsync<KvException>(() => client.PutAsync("key", new byte[1], cancel: TestContext.Current.CancellationToken));
        Assert.Equal(Problem.BadAnswer, failure.Problem.Code);
        await client.PutAsync("key", new byte[1], cancel: TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Reads_go_unsigned_where_that_is_wanted()
    {
        await using var gateway = FakeGateway.Saying(Answers.Value("v"));
        using var client = new KvClient(Clients.Options(gateway.Address) with { Key = Clients.Key, Cluster = Clients.Cluster, SignReads = false });
        await client.GetAsync("key", cancel: TestContext.Current.CancellationToken);
        Assert.Null(gateway.Requests[0].Header("Signature"));
    }

    private static long Number(string input, string name)
    {
        var at = input.IndexOf($";{name}=", StringComparison.Ordinal) + name.Length + 2;
        return long.Parse(input[at..input.IndexOf(';', at)]);
    }
}
