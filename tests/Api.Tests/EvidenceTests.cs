using KvStore.Protocol;
using KvStore.Replication.InProcess;
using Microsoft.Extensions.Logging.Abstractions;

namespace KvStore.Api.Tests;

/// <summary><c>GET /v1/evidence</c>: contradictions that were seen, such that anybody can check them.</summary>
public sealed class EvidenceTests
{
    [Fact]
    public async Task A_contradiction_is_told_with_the_bytes_and_signatures_that_prove_it()
    {
        await using var cluster = InProcessCluster.Start(new InProcessOptions { Shards = 2 }, NullLoggerFactory.Instance);
        await using var gateway = new Gateway { Cluster = cluster };
        await gateway.InitializeAsync();
        Assert.Equal(0, (await gateway.Get("/v1/evidence").Json()).GetProperty("evidence").GetArrayLength());

        using var key = new Ed25519PrivateKey(new byte[Ed25519PrivateKey.SeedLength]);
        var group = cluster.Groups[1];
        group.Evidence.Add(Vote(group, key, 1), Vote(group, key, 2));
        var pair = Assert.Single((await gateway.Get("/v1/evidence").Json()).GetProperty("evidence").EnumerateArray());
        Assert.Equal((1, 2), (pair.GetProperty("shard").GetInt32(), pair.GetProperty("replica").GetInt32()));
        Assert.Equal(SignatureBase.KeyName(cluster.Genesis.Groups[1].Members[2]), pair.GetProperty("member").GetString());
        Assert.NotEqual(pair.GetProperty("earlier").GetProperty("bytes").GetString(), pair.GetProperty("later").GetProperty("bytes").GetString());
        foreach (var side in (string[])["earlier", "later"])
        {
            var signed = pair.GetProperty(side);
            Assert.Equal("Commit", signed.GetProperty("kind").GetString());
            var signature = Signature.Read(signed.GetProperty("signature").GetBytesFromBase64());
            Assert.True(Ed25519.Instance.Verify(key.PublicKey, signed.GetProperty("bytes").GetBytesFromBase64(), signature));
        }

        Assert.Equal(("kv-evidence-1", SignatureBase.ClusterName(cluster.Genesis.Cluster)), (pair.GetProperty("format").GetString(), pair.GetProperty("cluster").GetString()));
        var metrics = await gateway.Get("/metrics").Body();
        Assert.Contains("kv_evidence_records{shard=\"1\",replica=\"2\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("kv_evidence_records{shard=\"1\",replica=\"1\"} 0\n", metrics, StringComparison.Ordinal);
        await gateway.Post("/v1/evidence", "x").Problem(405, "method-not-allowed");
    }

    private static Signed<Commit> Vote(InProcessGroup group, Ed25519PrivateKey key, byte batch)
    {
        var statement = new Commit(new View(0), new SequenceNumber(7), Digest.Of([batch]));
        var writer = new CanonicalWriter();
        StatementCodec.EncodeSignedBytes(writer, group.Verifier.Context, statement);
        return new Signed<Commit>(statement, new ReplicaId(2), key.Sign(writer.Written));
    }
}
