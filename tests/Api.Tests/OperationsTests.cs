using System.Net;

namespace KvStore.Api.Tests;

/// <summary>What operators ask: health, status, the cluster, and the page at the root.</summary>
public sealed class OperationsTests(Gateway gateway) : IClassFixture<Gateway>
{
    [Fact]
    public async Task The_process_is_alive_and_every_shard_is_ready_by_name()
    {
        Assert.Equal("ok\n", await gateway.Get("/livez").Body());
        Assert.Equal("ok\n", await gateway.Get("/readyz").Body());
        Assert.Contains("[+] shard-0: ready, 4 of 4 replicas run", await gateway.Get("/readyz?verbose").Body(), StringComparison.Ordinal);
        await gateway.Send(HttpMethod.Head, "/readyz").Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_status_names_every_replica_and_what_is_in_use()
    {
        var status = await gateway.Get("/v1/status").Json();
        Assert.Equal("memory", status.GetProperty("storage").GetString());
        Assert.Equal(KvStore.Protocol.Ed25519.Instance.BackendName, status.GetProperty("signatures").GetString());
        var shard = Assert.Single(status.GetProperty("shards").EnumerateArray());
        Assert.True(shard.GetProperty("hasQuorum").GetBoolean());
        Assert.Equal([0, 1, 2, 3], shard.GetProperty("replicas").EnumerateArray().Select(replica => replica.GetProperty("replica").GetInt32()));
        Assert.All(shard.GetProperty("replicas").EnumerateArray(), replica => Assert.True(replica.GetProperty("running").GetBoolean()));
    }

    [Fact]
    public async Task The_cluster_names_its_members_and_limits()
    {
        var cluster = await gateway.Get("/v1/cluster").Json();
        Assert.Equal(43, cluster.GetProperty("cluster").GetString()!.Length);
        Assert.Equal(43, cluster.GetProperty("developmentKey").GetString()!.Length);
        Assert.Equal(1024 * 1024, cluster.GetProperty("limits").GetProperty("valueBytesMax").GetInt32());
        var group = Assert.Single(cluster.GetProperty("groups").EnumerateArray());
        Assert.Equal("byzantine", group.GetProperty("faultModel").GetString());
        Assert.Equal((4, 1, 3, 2), (Number("replicas"), Number("faults"), Number("quorum"), Number("weakQuorum")));
        Assert.Equal(4, group.GetProperty("members").EnumerateArray().Select(member => member.GetString()).Distinct().Count());

        int Number(string name) => group.GetProperty(name).GetInt32();
    }

    [Fact]
    public async Task Every_address_that_the_page_at_the_root_links_to_is_there()
    {
        using var response = await gateway.Get("/");
        Assert.Equal("text/html; charset=utf-8", response.Header("Content-Type"));
        Assert.Contains("default-src 'none'", response.Header("Content-Security-Policy"), StringComparison.Ordinal);
        var links = (await response.Body()).Split("href=\"").Skip(1).Select(rest => rest[..rest.IndexOf('"', StringComparison.Ordinal)]).ToList();
        Assert.NotEmpty(links);
        foreach (var link in links) await gateway.Get(link).Is(HttpStatusCode.OK);
    }
}
